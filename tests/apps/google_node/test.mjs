// SPDX-License-Identifier: MIT
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Compute, GoogleAuth, Impersonated, OAuth2Client, UserRefreshClient,
} from 'google-auth-library';
import {
  account, base, client, control, count, credentials, folder, number, project,
  scope,
} from './sandbox.mjs';

const access = `${project}/secrets/strava-client-id/versions/latest`;
const audience = 'https://sandbox.example/';
const once = { timeout: 5000, retry: null };

async function reads(identity) {
  const [version] = await client(identity).accessSecretVersion({ name: access });
  assert.equal(version.payload.data.toString(), '1001');
  assert.equal(version.name, `${number}/secrets/strava-client-id/versions/1`);
}

// Google's clients ask Google's own endpoints, unless they are told otherwise.
async function makeUser() {
  const file = await control('credentials', { type: 'authorized_user' });
  return new UserRefreshClient({
    clientId: file.client_id,
    clientSecret: file.client_secret,
    refreshToken: file.refresh_token,
    endpoints: { oauth2TokenUrl: new URL('/token', base).href },
  });
}

async function verify(token) {
  const certs = await (await fetch(new URL('/oauth2/v1/certs', base))).json();
  return new OAuth2Client().verifySignedJwtWithCertsAsync(
    token, certs, audience, ['https://accounts.google.com']);
}

// gRPC's codes, by which Google's clients tell errors apart.
const codes = { INVALID: 3, NOT_FOUND: 5, EXISTS: 6, DENIED: 7, STATE: 9, ABORTED: 10 };
const fails = (promise, name) =>
  assert.rejects(promise, (error) => error.code === codes[name] || assert.fail(error));

describe('credentials', () => {
  it('a service account signs for itself and asks for no token', async () => {
    await reads({ auth: await credentials({ type: 'service_account' }) });
    assert.equal(await count('/token'), 0);
  });

  it('a token of another key is no identity', async () => {
    await verify((await control('id-token', {})).token);
    await assert.rejects(verify((await control('id-token', { key: 'stranger' })).token));
    await assert.rejects(verify((await control('id-token', { claims: { aud: 'x' } })).token));
  });

  it('a user refreshes', async () => {
    await reads({ authClient: await makeUser() });
    await control('google', { user: 'invalid_rapt' });
    await assert.rejects((await makeUser()).getAccessToken(), (error) =>
      error.response.data.error_subtype === 'invalid_rapt');
    await control('google', { user: 'good' });
  });

  it('a user impersonates a service account', async () => {
    const other = new Impersonated({
      sourceClient: await makeUser(),
      targetPrincipal: account,
      targetScopes: [scope],
      endpoint: base.origin,
    });
    await reads({ authClient: other });
    const ticket = await verify(await other.fetchIdToken(audience, { includeEmail: true }));
    assert.equal(ticket.getPayload().email, account);
  });

  it('the metadata server tells of the machine', async () => {
    process.env.GCE_METADATA_HOST = base.host;
    process.env.METADATA_SERVER_DETECTION = 'assume-present';
    await reads({ authClient: new Compute({ scopes: [scope] }) });
    const ticket = await verify(await new Compute().fetchIdToken(audience));
    assert.equal(ticket.getPayload().email, account);
    assert.equal(await new GoogleAuth().getProjectId(), 'sandbox-project');
  });

  it('a workload exchanges the token of its own issuer', async () => {
    const path = join(folder, 'subject');
    writeFileSync(path, (await control('subject-token', {})).token);
    await reads({
      auth: await credentials({
        type: 'external_account', source: 'file', file: path,
      }),
    });
  });

  it('a workload impersonates a service account', async () => {
    const path = `/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;
    const asked = await count(path);
    await reads({
      auth: await credentials({
        type: 'external_account', source: 'url', format: 'json', impersonate: account,
      }),
    });
    assert.equal(await count(path), asked + 1);
  });

  it('a machine at Amazon signs a request', async () => {
    await reads({
      auth: await credentials({ type: 'external_account', source: 'aws' }),
    });
  });

  it('a member of a workforce refreshes, and the token changes', async () => {
    const file = await control('credentials', { type: 'external_account_authorized_user' });
    await reads({ auth: new GoogleAuth({ credentials: file }) });
    const next = await control('credentials', { type: 'external_account_authorized_user' });
    assert.notEqual(next.refresh_token, file.refresh_token);
  });
});

// The same life of a secret, global and in a region.
for (const parent of [project, `${project}/locations/europe-west1`]) {
  describe(`secrets of ${parent}`, () => {
    const secretId = 'node';
    const name = `${parent}/secrets/${secretId}`;
    const known = name.replace(project, number);
    const replication = parent === project ? { automatic: {} } : undefined;
    let google;

    before(async () => {
      google = client({ auth: await credentials({ type: 'service_account' }) });
    });
    after(() => google.close());

    it('is created once', async () => {
      const request = {
        parent, secretId, secret: { replication, labels: { env: 'test' }, annotations: { a: 'b' } },
      };
      const [secret] = await google.createSecret(request);
      assert.equal(secret.name, known);
      assert.deepEqual(secret.labels, { env: 'test' });
      await fails(google.createSecret(request), 'EXISTS');
    });

    it('keeps versions, found by number, latest and alias', async () => {
      for (const data of ['one', 'two', 'three']) {
        await google.addSecretVersion({ parent: name, payload: { data: Buffer.from(data) } });
      }
      await google.updateSecret({
        secret: { name, versionAliases: { good: 2 } },
        updateMask: { paths: ['version_aliases'] },
      });
      for (const [version, data] of [['1', 'one'], ['good', 'two'], ['latest', 'three']]) {
        const [answer] = await google.accessSecretVersion({ name: `${name}/versions/${version}` });
        assert.equal(answer.payload.data.toString(), data);
        assert.ok(answer.payload.dataCrc32c);
      }
    });

    it('refuses data with another checksum', async () => {
      await fails(google.addSecretVersion({
        parent: name, payload: { data: Buffer.from('four'), dataCrc32c: 1 },
      }, once), 'INVALID');
    });

    it('changes what the mask names, and nothing else', async () => {
      const [secret] = await google.updateSecret({
        secret: { name, labels: { env: 'prod' } }, updateMask: { paths: ['labels'] },
      });
      assert.deepEqual(secret.labels, { env: 'prod' });
      assert.deepEqual(secret.annotations, { a: 'b' });
      assert.equal(String(secret.versionAliases.good), '2');
    });

    it('refuses an etag of the past', async () => {
      const [secret] = await google.getSecret({ name });
      const update = {
        secret: { name, etag: secret.etag, labels: { env: 'test' } },
        updateMask: { paths: ['labels'] },
      };
      await google.updateSecret(update);
      await fails(google.updateSecret(update), 'STATE');
      await fails(google.deleteSecret({ name, etag: secret.etag }), 'STATE');
    });

    it('disables, enables and destroys', async () => {
      const version = `${name}/versions/3`;
      const [disabled] = await google.disableSecretVersion({ name: version });
      assert.equal(disabled.state, 'DISABLED');
      await fails(google.accessSecretVersion({ name: `${name}/versions/latest` }), 'STATE');
      const [enabled] = await google.enableSecretVersion({ name: version, etag: disabled.etag });
      assert.equal(enabled.state, 'ENABLED');
      const [destroyed] = await google.destroySecretVersion({ name: version });
      assert.equal(destroyed.state, 'DESTROYED');
      assert.ok(destroyed.destroyTime.seconds);
      await fails(google.enableSecretVersion({ name: version }), 'STATE');
    });

    it('lists by pages, newest first', async () => {
      const pages = { autoPaginate: false };
      const [first, next] = await google.listSecretVersions({ parent: name, pageSize: 2 }, pages);
      assert.deepEqual(first.map((one) => one.name.split('/').pop()), ['3', '2']);
      const [rest] = await google.listSecretVersions(next, pages);
      assert.deepEqual(rest.map((one) => one.name.split('/').pop()), ['1']);
      const [all] = await google.listSecretVersions({ parent: name, pageSize: 1 });
      assert.equal(all.length, 3);
      const [found] = await google.listSecretVersions({ parent: name, filter: 'state:ENABLED' });
      assert.equal(found.length, 2);
      const [secrets] = await google.listSecrets({ parent, filter: 'labels.env=test' });
      assert.deepEqual(secrets.map((one) => one.name), [known]);
    });

    it('keeps a policy', async () => {
      const [empty] = await google.getIamPolicy({ resource: name });
      const bindings = [{ role: 'roles/secretmanager.secretAccessor', members: [`serviceAccount:${account}`] }];
      const [policy] = await google.setIamPolicy({ resource: name, policy: { bindings, etag: empty.etag } });
      assert.equal(policy.bindings[0].role, bindings[0].role);
      await fails(google.setIamPolicy({ resource: name, policy: { bindings, etag: empty.etag } }), 'ABORTED');
      await control('permissions', [{ permission: 'secretmanager.versions.access', resource: known }]);
      const permissions = ['secretmanager.versions.access', 'secretmanager.versions.add'];
      const [answer] = await google.testIamPermissions({ resource: name, permissions });
      assert.deepEqual(answer.permissions, ['secretmanager.versions.add']);
      await fails(google.accessSecretVersion({ name: `${name}/versions/1` }), 'DENIED');
      await control('permissions', []);
    });

    it('rotates a password of Cloud SQL', async () => {
      const password = `${parent}/secrets/password`;
      await google.createSecret({
        parent, secretId: 'password', secret: { replication, secretType: 'CLOUD_SQL_DB_CREDENTIALS' },
      });
      const cloudSqlSingleUserCredentials = { instanceId: 'db', username: 'strava' };
      await google.enableManagedRotation({ parent: password, cloudSqlSingleUserCredentials });
      const [version] = await google.rotateSecret({ parent: password });
      const [answer] = await google.accessSecretVersion({ name: version.name });
      assert.equal(JSON.parse(answer.payload.data).username, 'strava');
      const [secret] = await google.getSecret({ name: password });
      assert.equal(secret.secretType, 'CLOUD_SQL_DB_CREDENTIALS');
      assert.equal(secret.rotation.managedRotationStatus.state, 'ACTIVE');
      await google.deleteSecret({ name: password });
    });

    it('goes away', async () => {
      await google.deleteSecret({ name });
      await fails(google.getSecret({ name }), 'NOT_FOUND');
    });
  });
}

after(() => rmSync(folder, { recursive: true }));
