import type { Deps } from '../deps.ts';
import { type MailListener, startMailListener } from '../mail/inbound/listener.ts';
import { isReportAddress, receiveReport } from './receive-report.ts';

/**
 * Starts the mail listener where the settings ask for one. Of several processes on one machine the first has the
 * port; null when there is none to start or another has it.
 */
export async function listenForReports(
  deps: Pick<Deps, 'config' | 'db' | 'clock' | 'log' | 'queue' | 'secrets' | 'askObservers'>,
): Promise<MailListener | null> {
  const { mailIn, bounceDomain: domain } = deps.config;
  if (!mailIn || !domain) return null;
  try {
    const listener = await startMailListener({
      ...mailIn,
      name: domain,
      isRecipient: (address) => isReportAddress(deps, address, domain),
      receive: async (mail) => {
        await receiveReport(deps, { ...mail, domain });
      },
      log: deps.log,
    });
    deps.log.info({ port: listener.port }, 'taking in bounces');
    return listener;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    deps.log.warn({ port: mailIn.port }, 'MAIL_IN_PORT is taken; bounces come in at the process that has it');
    return null;
  }
}
