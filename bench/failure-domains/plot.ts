import type { Calibration } from './calibration.ts';

const SIZE = 480;
const MARGIN = 56;
const SIDE = SIZE - 2 * MARGIN;

/**
 * The calibration as SVG: of the findings of each bin, the probability they claimed against the share that was right, the area
 * of a dot as the number of findings.
 */
export function plotOf({ bins, brier, expectedError }: Calibration): string {
  const at = (share: number): number => MARGIN + SIDE * share;
  const up = (share: number): number => SIZE - MARGIN - SIDE * share;
  const most = Math.max(1, ...bins.map(({ findings }) => findings));
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line x1="${at(share)}" y1="${up(0)}" x2="${at(share)}" y2="${up(1)}" class="grid"/>` +
      `<line x1="${at(0)}" y1="${up(share)}" x2="${at(1)}" y2="${up(share)}" class="grid"/>` +
      `<text x="${at(share)}" y="${up(0) + 18}" text-anchor="middle">${share}</text>` +
      `<text x="${at(0) - 8}" y="${up(share) + 4}" text-anchor="end">${share}</text>`,
  );
  const dots = bins
    .filter(({ findings }) => findings > 0)
    .map(({ claimed, right, findings }) => {
      const radius = 3 + 15 * Math.sqrt(findings / most);
      const title = `${findings} findings: claimed ${claimed.toFixed(3)}, right ${right.toFixed(3)}`;
      return `<circle cx="${at(claimed).toFixed(1)}" cy="${up(right).toFixed(1)}" r="${radius.toFixed(1)}"><title>${title}</title></circle>`;
    });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}">
<style>text{font:12px sans-serif;fill:#333}.grid{stroke:#ddd}.even{stroke:#888;stroke-dasharray:4 4}circle{fill:#2266aa;fill-opacity:.6;stroke:#2266aa}</style>
<rect width="${SIZE}" height="${SIZE}" fill="#fff"/>
${ticks.join('\n')}
<line x1="${at(0)}" y1="${up(0)}" x2="${at(1)}" y2="${up(1)}" class="even"/>
${dots.join('\n')}
<text x="${SIZE / 2}" y="24" text-anchor="middle">Brier score ${brier.toFixed(3)}, expected error ${expectedError.toFixed(3)}</text>
<text x="${SIZE / 2}" y="${SIZE - 12}" text-anchor="middle">probability a finding claims</text>
<text x="16" y="${SIZE / 2}" text-anchor="middle" transform="rotate(-90 16 ${SIZE / 2})">share of findings that are right</text>
</svg>
`;
}
