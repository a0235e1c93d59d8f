type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
};
type Parameter = { name: string; in: 'query' | 'header' | 'path'; required?: boolean; schema: Schema };
type Content = { content?: Record<string, { schema: Schema }> };
type Operation = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content & { headers?: Record<string, { schema: Schema }> }>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

/**
 * TypeScript types of an OpenAPI document, in the form that openapi-fetch takes. The usual generators ask for the
 * JavaScript interface of TypeScript 5, which version 7 does not have; our document uses little of JSON Schema.
 */
export function writeTypes(document: Document): string {
  const lines = [
    '// Generated from /api/v1/openapi.json by test/api/client/write-types.ts. Do not edit.',
    '',
  ];
  lines.push('export interface paths {');
  for (const [path, item] of Object.entries(document.paths)) {
    lines.push(`  ${JSON.stringify(path)}: {`, `    parameters: ${parametersType([])};`);
    for (const method of METHODS) {
      const operation = item[method];
      lines.push(
        `    ${method}${operation ? `: operations[${JSON.stringify(operation.operationId)}]` : '?: never'};`,
      );
    }
    lines.push('  };');
  }
  lines.push('}', '', 'export interface components {', '  schemas: {');
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    lines.push(`    ${name}: ${typeOf(schema)};`);
  }
  lines.push('  };', '}', '', 'export interface operations {');
  for (const operation of Object.values(document.paths).flatMap((item) => Object.values(item))) {
    lines.push(
      `  ${operation.operationId}: {`,
      `    parameters: ${parametersType(operation.parameters ?? [])};`,
    );
    const { requestBody } = operation;
    lines.push(
      requestBody ? `    requestBody: { ${contentType(requestBody)} };` : '    requestBody?: never;',
      '    responses: {',
    );
    for (const [status, response] of Object.entries(operation.responses)) {
      lines.push(`      ${status}: { headers: { [name: string]: unknown }; ${contentType(response)} };`);
    }
    lines.push('    };', '  };');
  }
  lines.push('}', '');
  return lines.join('\n');
}

function parametersType(parameters: readonly Parameter[]): string {
  const places = (['query', 'header', 'path', 'cookie'] as const).map((place) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return `${place}?: never`;
    const isNeeded = here.some(({ required }) => required);
    const members = here.map(
      ({ name, required, schema }) => `${JSON.stringify(name)}${required ? '' : '?'}: ${typeOf(schema)}`,
    );
    return `${place}${isNeeded ? '' : '?'}: { ${members.join('; ')} }`;
  });
  return `{ ${places.join('; ')} }`;
}

function contentType({ content }: Content): string {
  if (!content) return 'content?: never';
  const kinds = Object.entries(content).map(
    ([type, { schema }]) => `${JSON.stringify(type)}: ${typeOf(schema)}`,
  );
  return `content: { ${kinds.join('; ')} }`;
}

function typeOf(schema: Schema): string {
  if (schema.$ref) return `components["schemas"][${JSON.stringify(schema.$ref.split('/').at(-1))}]`;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return `(${either.map(typeOf).join(' | ')})`;
  if (schema.allOf) return `(${schema.allOf.map(typeOf).join(' & ')})`;
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array':
      return `Array<${schema.items ? typeOf(schema.items) : 'unknown'}>`;
    case 'object':
      return objectType(schema);
    default:
      return 'unknown';
  }
}

function objectType({ properties = {}, required = [], additionalProperties }: Schema): string {
  const members = Object.entries(properties).map(
    ([name, schema]) => `${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(schema)}`,
  );
  if (additionalProperties !== undefined && additionalProperties !== false) {
    const rest = additionalProperties === true ? 'unknown' : typeOf(additionalProperties);
    members.push(`[key: string]: ${members.length > 0 ? 'unknown' : rest}`);
  }
  return members.length === 0 ? 'Record<string, never>' : `{ ${members.join('; ')} }`;
}
