import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { buildFrame } from '../support/frame.ts';

test('closing finishes what is in hand and sends new requests elsewhere', async () => {
  let finish: () => void = () => undefined;
  let started: () => void = () => undefined;
  const hasStarted = new Promise<void>((resolve) => {
    started = resolve;
  });
  const frame = await buildFrame({
    routes: (app) => {
      app.get('/test/slow', { config: { access: 'public' } }, () => {
        started();
        return new Promise((resolve) => {
          finish = () => resolve('finished');
        });
      });
    },
  });
  await frame.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = frame.app.server.address() as { port: number };

  // Both requests go over one connection: the second arrives after closing has begun.
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  const ended = once(socket, 'close');
  socket.write('GET /test/slow HTTP/1.1\r\nHost: survey.example\r\n\r\n');
  await hasStarted;
  const secondSeen = once(frame.app.server, 'request');
  const closing = frame.app.close();
  socket.write('GET /healthz HTTP/1.1\r\nHost: survey.example\r\n\r\n');
  await secondSeen;
  finish();
  await closing;
  await ended;

  const [first = '', second = ''] = received.split(/(?=HTTP\/1\.1 )/);
  expect(first).toMatch(/^HTTP\/1\.1 200 /);
  expect(first).toContain('finished');
  expect(second).toMatch(/^HTTP\/1\.1 503 /);
  expect(second).toContain("content-security-policy: default-src 'none'");
  expect(second).toContain('Not available right now');
});
