import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';

/**
 * Registers routes that take one uploaded file, read as a stream with `request.file()`. A file above the limit
 * makes reading it fail with 413. Other routes keep refusing multipart bodies.
 */
export function registerUploads(
  app: FastifyInstance,
  options: { maxBytes: number; maxFields?: number },
  routes: (scope: FastifyInstance) => void,
): void {
  app.register(async (scope) => {
    await scope.register(multipart, {
      throwFileSizeLimit: true,
      limits: {
        fileSize: options.maxBytes,
        files: 1,
        fields: options.maxFields ?? 20,
        fieldSize: 10_000,
        parts: (options.maxFields ?? 20) + 1,
      },
    });
    routes(scope);
  });
}
