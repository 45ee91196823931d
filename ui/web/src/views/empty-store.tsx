import type { ProblemBody } from '../../../server/index.ts';

export function EmptyStore({ problem }: { problem: ProblemBody }) {
  return (
    <main class="home empty">
      <h1>Nothing has been recorded yet</h1>
      <p>
        {problem.detail}. {problem.hint}
      </p>
      <p>This page fills by itself as soon as the first connections are seen.</p>
    </main>
  );
}
