// For `npm run migration`: compares store/schema with the last snapshot and writes the next migration.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./store/schema/index.ts",
  out: "./store/migrations",
});
