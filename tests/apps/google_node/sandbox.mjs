// SPDX-License-Identifier: MIT
// The sandbox as Google's clients are to see it.
import { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GoogleAuth } from 'google-auth-library';

export const base = new URL(process.argv[2]);
export const project = 'projects/sandbox-project';
export const number = 'projects/100000000001';
export const scope = 'https://www.googleapis.com/auth/cloud-platform';
export const account = 'sandbox@sandbox-project.iam.gserviceaccount.com';
export const folder = mkdtempSync('files-');

export async function control(path, body) {
  const answer = await fetch(new URL(`/_control/${path}`, base), {
    method: 'POST', body: JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${json.error}`);
  return json;
}

// What comes of a file of credentials, as its owner would have it.
export async function credentials(wish) {
  const path = join(folder, `${wish.type}-${wish.source ?? 'key'}.json`);
  writeFileSync(path, JSON.stringify(await control('credentials', wish)));
  return new GoogleAuth({ keyFilename: path, scopes: [scope] });
}

// How often a path was asked for.
export async function count(path) {
  const answer = await fetch(new URL('/_control/requests', base));
  const { requests } = await answer.json();
  return requests.filter((one) => one.path === path)
    .reduce((sum, one) => sum + one.count, 0);
}

export function client(identity) {
  return new SecretManagerServiceClient({
    ...identity,
    fallback: 'rest',
    apiEndpoint: base.hostname,
    port: Number(base.port),
    protocol: 'http',
  });
}
