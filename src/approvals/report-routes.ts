import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { listMeetingsToInviteTo } from '../committees/queries.ts';
import type { Deps } from '../deps.ts';
import { csvTable } from '../lib/csv-write.ts';
import { dayIn } from '../lib/zoned-time.ts';
import { approvalPaths } from './paths.ts';
import { listLists } from './queries.ts';
import { loadReport } from './report.ts';
import { reportPage, reportTable } from './report-pages.ts';

const staffOnly = { config: { access: 'staff' } } as const;

/** Filters come from links and bookmarks: what makes no sense is left out rather than refused. */
const reportQuery = z.object({
  list: z.coerce.number().int().positive().optional().catch(undefined),
  meeting: z.coerce.number().int().positive().optional().catch(undefined),
});

/** The report for a meeting, as a page to read and print and as a table. */
export function registerReportRoutes(app: FastifyInstance, deps: Deps): void {
  const { db } = deps;
  const chosen = (request: FastifyRequest) => reportQuery.parse(request.query);

  app.get(approvalPaths.report, staffOnly, async (request, reply) => {
    const { agencyId, agencyName, timeZone: zone } = request.staff;
    const { list = null, meeting = null } = chosen(request);
    const now = deps.clock.now();
    const [report, lists, meetings] = await Promise.all([
      loadReport(db, agencyId, list, now),
      listLists(db, agencyId),
      listMeetingsToInviteTo(db, agencyId, now),
    ]);
    return reply.page(
      'approvals/report',
      reportPage({ report, lists, listId: list, meetings, meetingId: meeting, agencyName, zone, now }),
    );
  });

  app.get(approvalPaths.reportFile, staffOnly, async (request, reply) => {
    const now = deps.clock.now();
    const { headers, rows, cells } = reportTable(
      await loadReport(db, request.staff.agencyId, chosen(request).list ?? null, now),
    );
    const day = dayIn(request.staff.timeZone, now);
    return reply
      .header('content-disposition', `attachment; filename="board-report-${day}.csv"`)
      .type('text/csv; charset=utf-8')
      .send(Readable.from(csvTable(headers, rows, cells)));
  });
}
