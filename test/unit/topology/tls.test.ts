import { describe, expect, test } from 'vitest';
import { isValid, linesOf, topologyOf } from './parse-helper.js';

const FILES = 'ca-cert-file: ca.crt, cert-file: node.crt, key-file: node.key';

describe('tls', () => {
  test('left out: nobody speaks it', () => {
    expect(topologyOf('name: demo').tls).toBeNull();
  });

  test.each(['tls: generate', 'tls: {}', 'tls: {auth-clients: no}'])('%s: certificates are made', (text) => {
    expect(topologyOf(text).tls).toEqual({ authClients: 'no', files: null });
  });

  test('names files beside the topology file', () => {
    expect(topologyOf(`tls: {${FILES}, auth-clients: optional}`).tls).toEqual({
      authClients: 'optional',
      files: {
        authority: '/srv/My_App/ca.crt',
        certificate: '/srv/My_App/node.crt',
        key: '/srv/My_App/node.key',
        client: null,
      },
    });
  });

  test('names those of clients', () => {
    const text = `tls: {${FILES}, client-cert-file: client.crt, client-key-file: client.key}`;
    expect(topologyOf(text).tls?.files?.client).toEqual({
      certificate: '/srv/My_App/client.crt',
      key: '/srv/My_App/client.key',
    });
  });

  test.each([
    [
      'tls: on',
      '1:6: tls: "on" is not generate, or a mapping of files and auth-clients; write for example tls: generate',
    ],
    [
      'tls: {auth-clients: true}',
      '1:21: tls.auth-clients: true is not no, optional or yes; write for example auth-clients: yes',
    ],
    [
      'tls: {cert-file: node.crt}',
      '1:7: tls.cert-file: cert-file is of no use without ca-cert-file and key-file; give all three, or none of them: the certificates are made then',
    ],
    [
      `tls: {${FILES}, client-key-file: client.key}`,
      '1:70: tls.client-key-file: client-key-file is of no use without client-cert-file; give both, or none of them',
    ],
    [
      'tls: {client-cert-file: a, client-key-file: b}',
      '1:7: tls.client-cert-file: where the certificates of the nodes are made, that of the clients is too; remove it, or give ca-cert-file, cert-file, key-file as well',
    ],
    [
      'tls: {key: a}',
      '1:7: tls.key: unknown key "key"; the keys here are ca-cert-file, cert-file, key-file, client-cert-file, client-key-file and auth-clients',
    ],
    [
      'tls: {ca-cert-file: ""}',
      '1:21: tls.ca-cert-file: is empty, and so not the path of a file; write for example cert-file: ./tls/redis.crt',
    ],
    [
      'tls: {ca-cert-file: ~/ca.crt, cert-file: n, key-file: k}',
      '1:21: tls.ca-cert-file: "~/ca.crt" begins with a ~, which is not expanded here; write ${HOME}/ca.crt',
    ],
  ])('%s', (text, line) => {
    expect(linesOf(text)).toEqual([`t.yaml:${line}`]);
    expect(isValid(text)).toBe(false);
  });
});
