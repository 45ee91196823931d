import { Members } from './members.ts';
import { Nodes } from './nodes.ts';
import { Owners } from './owners.ts';
import { Pods } from './pods.ts';
import { Services } from './services.ts';

/** Everything known of the cluster, with the time for which it held. */
export interface Tables {
  readonly pods: Pods;
  readonly nodes: Nodes;
  readonly services: Services;
  readonly members: Members;
  readonly owners: Owners;
}

export const createTables = (): Tables => ({
  pods: new Pods(),
  nodes: new Nodes(),
  services: new Services(),
  members: new Members(),
  owners: new Owners(),
});
