// The OpenAPI document as the reference page shows it. Pure; what is not understood is shown as JSON, never left out.
import { z } from "zod";
import type { ApiDocsModel, ApiOperation } from "#server/views/pages/api-docs.tsx";

const Schema = z.looseObject({
  $ref: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  allOf: z.array(z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  default: z.unknown().optional(),
});

const Content = z.record(z.string(), z.looseObject({ schema: z.unknown().optional() }));
const Operation = z.looseObject({
  tags: z.array(z.string()).default([]),
  summary: z.string().default(""),
  description: z.string().default(""),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().default(""),
        schema: z.unknown().optional(),
      }),
    )
    .default([]),
  requestBody: z.looseObject({ content: Content }).optional(),
  responses: z.record(
    z.string(),
    z.looseObject({ description: z.string().default(""), content: Content.optional() }),
  ),
});
const Document = z.looseObject({
  info: z.object({ title: z.string(), version: z.string(), description: z.string().default("") }),
  tags: z.array(z.object({ name: z.string(), description: z.string().default("") })),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()).default({}) }),
});

const DEEPEST = 4;

function objectText(schema: z.infer<typeof Schema>, depth: number): string {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) {
    const values = schema.additionalProperties;
    return typeof values === "object" && values !== null
      ? `{ [key]: ${typeText(values, depth + 1)} }`
      : "object";
  }
  if (depth >= DEEPEST) return "{ … }";
  const indent = "  ".repeat(depth + 1);
  const lines = properties.map(([name, property]) => {
    const mark = schema.required?.includes(name) === true ? "" : "?";
    const note = Schema.safeParse(property).data?.description;
    return `${indent}${name}${mark}: ${typeText(property, depth + 1)}${note === undefined ? "" : `  // ${note}`}`;
  });
  return `{\n${lines.join("\n")}\n${"  ".repeat(depth)}}`;
}

/** A schema in the notation of types: `string <uuid>`, `"BUY" | "SELL"`, `Order[]`. */
export function typeText(schema: unknown, depth = 0): string {
  const parsed = Schema.safeParse(schema);
  if (!parsed.success) return "any";
  const of = parsed.data;
  if (of.$ref !== undefined) return of.$ref.slice(of.$ref.lastIndexOf("/") + 1);
  if (of.enum !== undefined) return of.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (of.const !== undefined) return JSON.stringify(of.const);
  const parts = of.anyOf ?? of.oneOf;
  if (parts !== undefined) return parts.map((part) => typeText(part, depth)).join(" | ");
  if (of.allOf !== undefined) return of.allOf.map((part) => typeText(part, depth)).join(" & ");
  const types = Array.isArray(of.type) ? of.type : of.type === undefined ? [] : [of.type];
  const texts = types.map((type) => {
    if (type === "array") return `${typeText(of.items, depth)}[]`;
    if (type === "object") return objectText(of, depth);
    return of.format === undefined || type === "null" ? type : `${type} <${of.format}>`;
  });
  return texts.length === 0 ? "any" : texts.join(" | ");
}

function contentText(content: z.infer<typeof Content> | undefined): string | null {
  if (content === undefined) return null;
  return Object.entries(content)
    .map(([mediaType, { schema }]) => (mediaType === "application/json" ? typeText(schema) : mediaType))
    .join(" or ");
}

function operationOf(method: string, path: string, raw: unknown): ApiOperation & { tags: string[] } {
  const operation = Operation.parse(raw);
  return {
    id: `${method}${path.replaceAll(/[^a-z0-9]+/gi, "-")}`,
    method: method.toUpperCase(),
    path,
    summary: operation.summary,
    description: operation.description,
    open: operation.security?.length === 0,
    tags: operation.tags,
    parameters: operation.parameters.map((parameter) => ({ ...parameter, type: typeText(parameter.schema) })),
    body: contentText(operation.requestBody?.content),
    responses: Object.entries(operation.responses).map(([status, response]) => ({
      status,
      description: response.description,
      type: contentText(response.content),
    })),
  };
}

/** @throws ZodError when this is not an OpenAPI document of ours. */
export function referenceModel(document: unknown): Omit<ApiDocsModel, "theme" | "assets"> {
  const { info, tags, paths, components } = Document.parse(document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => operationOf(method, path, raw)),
  );
  return {
    ...info,
    groups: tags.map((tag) => ({
      ...tag,
      operations: operations.filter((operation) => operation.tags.includes(tag.name)),
    })),
    schemas: Object.entries(components.schemas)
      .sort(([left], [right]) => left.localeCompare(right))
      .map(([name, schema]) => ({
        name,
        text: typeText(schema),
        description: Schema.safeParse(schema).data?.description ?? "",
      })),
  };
}
