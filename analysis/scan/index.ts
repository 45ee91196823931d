export { type Forecast, scanForecast } from './additive.ts';
export { type CountScan, type LeafCounts, scanCounts } from './counts.ts';
export { type TagSet, type TagTable, tagTable } from './table.ts';
