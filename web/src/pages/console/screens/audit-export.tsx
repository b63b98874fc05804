import { Button } from '../../../components/button.tsx';
import { ProblemAlert } from '../../../components/problem.tsx';
import { useAction } from '../../../components/use-action.ts';
import { download } from '../../../lib/download.ts';
import { fetchFile } from '../../../lib/fetch-file.ts';
import { useTexts } from '../../../texts/language.tsx';

/** The whole audit as a file. The bearer token is in a header, and in no address. */
export function AuditExport() {
  const t = useTexts('console-audit');
  const work = useAction();
  async function save(format: 'csv' | 'ndjson'): Promise<void> {
    const file = await work.run(() => fetchFile(`/admin/audit/export?format=${format}`));
    if (file) download(`audit.${format}`, file);
  }
  return (
    <section className="panel stack">
      <h2>{t.export}</h2>
      <p>{t.exportHelp}</p>
      <ProblemAlert error={work.error} />
      <div className="row">
        <Button isBusy={work.isBusy} onClick={() => save('csv')}>
          {t.csv}
        </Button>
        <Button isBusy={work.isBusy} onClick={() => save('ndjson')}>
          {t.ndjson}
        </Button>
      </div>
    </section>
  );
}
