import type { Readable } from 'node:stream';
import type { Deps } from '../deps.ts';
import { type ReceivedUpload, receiveUpload } from '../imports/receive-upload.ts';
import { IMPORT_FIELD_SPECS } from './columns.ts';

/** Takes an uploaded list of employers or contacts in; see receiveUpload. */
export async function receiveImport(
  deps: Pick<Deps, 'db' | 'clock' | 'config'>,
  input: {
    kind: 'employers' | 'contacts';
    agencyId: number;
    staffId: number | null;
    filename: string;
    stream: Readable;
  },
): Promise<ReceivedUpload> {
  return receiveUpload(deps, { ...input, fields: IMPORT_FIELD_SPECS[input.kind] });
}
