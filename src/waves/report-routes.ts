import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Deps } from '../deps.ts';
import { parseId } from '../http/params.ts';
import { csvTable } from '../lib/csv-write.ts';
import { DomainError } from '../lib/errors.ts';
import { wavesPath } from './paths.ts';
import { getWave, type Wave } from './queries.ts';
import { REPORT_HEADERS, reportPage, reportRows } from './report-pages.ts';
import { listReportCredentials, listReportGroups } from './report-queries.ts';
import { waveReport } from './rules/wave-report.ts';

type WithId = { Params: { id: string } };

/** What came of a launched wave, to print and to export. A wave that was never launched has no report. */
export function registerReportRoutes(app: FastifyInstance, deps: Deps): void {
  const staff = { config: { access: 'staff' as const } };

  const read = async (request: FastifyRequest<WithId>) => {
    const wave: Wave = await getWave(deps.db, request.staff.agencyId, parseId(request.params.id));
    if (wave.launchedAt === null) throw new DomainError('not_found');
    const [groups, credentials] = await Promise.all([
      listReportGroups(deps.db, wave.id),
      listReportCredentials(deps.db, wave.id),
    ]);
    return { wave, report: waveReport(groups), credentials };
  };

  app.get<WithId>(`${wavesPath}/:id/report`, staff, async (request, reply) => {
    const { wave, report, credentials } = await read(request);
    const facts = { report, credentials, zone: request.staff.timeZone, now: deps.clock.now() };
    return reply.page('waves/report', reportPage(wave, facts));
  });

  app.get<WithId>(`${wavesPath}/:id/report.csv`, staff, async (request, reply) => {
    const { wave, report, credentials } = await read(request);
    const lines = csvTable(REPORT_HEADERS, reportRows(report, credentials), (row) => row);
    return reply
      .header('content-disposition', `attachment; filename="wave-${wave.id}-report.csv"`)
      .type('text/csv; charset=utf-8')
      .send(Readable.from(lines));
  });
}
