import { expect, test } from 'vitest';
import { podsOfCgroup } from './cgroup.ts';

const uid = '30bed275-6c98-48f7-9d5e-69db3ef561c2';
const slice = uid.replaceAll('-', '_');
const id = '945239278f79069c5b35e8bc1da95890719952fe4a67839b8b295e1dd82505c4';
const hash = 'c0ffee00c0ffee00c0ffee00c0ffee00';

test.each([
  ['cgroupfs, guaranteed', `/kubepods/pod${uid}/${id}`],
  ['cgroupfs, burstable', `/kubepods/burstable/pod${uid}/${id}`],
  ['cgroupfs, CRI-O', `/kubepods/besteffort/pod${uid}/crio-${id}`],
  ['systemd, guaranteed', `/kubepods.slice/kubepods-pod${slice}.slice/cri-containerd-${id}.scope`],
  [
    'systemd, containerd',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${slice}.slice/cri-containerd-${id}.scope`,
  ],
  [
    'systemd, CRI-O',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${slice}.slice/crio-${id}.scope`,
  ],
  ['systemd, docker', `/kubepods.slice/kubepods-pod${slice}.slice/docker-${id}.scope`],
  [
    'containerd with the wrong driver',
    `/system.slice/containerd.service/kubepods-burstable-pod${slice}.slice:cri-containerd:${id}`,
  ],
  ['below another directory', `/test.slice/world/kubepods/burstable/pod${uid}/${id}`],
  ['with cgroups of the container itself', `/kubepods/burstable/pod${uid}/${id}/init.scope`],
  [
    'kind',
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${slice}.slice/cri-containerd-${id}.scope`,
  ],
])('%s', (_, path) => {
  expect(podsOfCgroup(path)).toEqual([{ pod: uid, container: id }]);
});

test('a static pod bears its hash', () => {
  expect(podsOfCgroup(`/kubepods/burstable/pod${hash}/${id}`)).toEqual([{ pod: hash, container: id }]);
});

test('the cgroup of a pod itself has no container', () => {
  expect(podsOfCgroup(`/kubepods/pod${uid}`)).toEqual([{ pod: uid, container: null }]);
});

test('a node that is a pod gives both, innermost first', () => {
  const inner = uid.replace('30bed275', 'aaaaaaaa');
  const path = `/kubepods/pod${uid}/${id}/kubelet/kubepods/pod${inner}/${id}`;
  expect(podsOfCgroup(path).map(({ pod }) => pod)).toEqual([inner, uid]);
});

test.each([
  '',
  '/',
  '/user.slice/user-0.slice/session-1.scope',
  `/docker/${id}`,
  '/kubepods.slice/kubepods-burstable.slice',
  `/mypod${uid}x/${id}`,
])('%s is no pod', (path) => {
  expect(podsOfCgroup(path)).toEqual([]);
});
