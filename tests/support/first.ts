// Loaded before every test file, as the program's entry does it: schemas that are made before the OpenAPI extension of zod
// could not appear in the API's document, and the files of one worker share their modules.
import "@hono/zod-openapi";
