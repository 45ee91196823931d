import { useState } from 'preact/hooks';
import { plain } from '../domain/text.ts';

/** The query that gives the rows, for who wants to check. */
export function Sql({ title, text }: { title: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Absent where the page is not served from a secure origin; the text can still be selected.
    void navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <details class="sql">
      <summary>{title}</summary>
      <pre>{text.split('\n').map(plain).join('\n')}</pre>
      <button type="button" class="quiet" onClick={copy}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </details>
  );
}
