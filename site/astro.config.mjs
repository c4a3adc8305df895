import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { env } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import starlightLinksValidator from 'starlight-links-validator';
import starlightTypeDoc, { typeDocSidebarGroup } from 'starlight-typedoc';
import { contentOfRepository } from './build/content.ts';
import { markdownOfPages } from './build/markdown-of-pages.ts';
import { under } from './build/pages.ts';
import { finishedReference, linkThrows } from './build/reference.ts';
import { searchIndex } from './build/search-index.ts';
import typeDoc from '../typedoc.json' with { type: 'json' };

const repository = fileURLToPath(new URL('../', import.meta.url));
// Where the site is published. The workflow sets SITE_BASE for a version's own folder.
const site = env.SITE_URL ?? 'https://your-org.github.io';
const base = env.SITE_BASE ?? '/js-sdk/';

const description = 'The official JavaScript and TypeScript client for the Example API.';

export default defineConfig({
  site,
  base,
  trailingSlash: 'always',
  integrations: [
    contentOfRepository(),
    starlight({
      title: '@example/sdk',
      description,
      logo: { src: './src/components/logo.svg' },
      favicon: '/favicon.svg',
      social: [{ icon: 'github', label: 'GitHub', href: 'https://github.com/your-org/js-sdk' }],
      // It finds only pages with every word of a question: docs/internals/site.md.
      pagefind: false,
      routeMiddleware: './src/page/topic.ts',
      // On a phone, code wraps instead of being cut off. In a wider window, it has 72 columns and need not.
      expressiveCode: {
        themes: ['github-dark-default', 'github-light-default'],
        useStarlightUiThemeColors: true,
        defaultProps: { wrap: true, hangingIndent: 2, frame: 'none' },
        styleOverrides: { borderRadius: '0.5rem', codePaddingInline: '0.75rem' },
      },
      head: [{ tag: 'meta', attrs: { property: 'og:image', content: `${site}${base}og.png` } }],
      customCss: ['./src/styles/site.css'],
      components: {
        Footer: './src/components/Footer.astro',
        Header: './src/components/Header.astro',
        Hero: './src/home/Hero.astro',
        Search: './src/components/Search.astro',
        Sidebar: './src/components/Sidebar.astro',
      },
      // A page shows only the topic that it belongs to: see src/page/topic.ts.
      sidebar: [
        {
          label: 'Guides',
          items: [
            { label: 'Start', items: under('start') },
            { label: 'Guides', items: under('guides/') },
            { label: 'The local API', items: under('sandbox', 'examples') },
          ],
        },
        typeDocSidebarGroup,
        {
          label: 'Project',
          items: [
            {
              label: 'Releases',
              items: ['project/changelog', { label: 'Changelog of the sandbox', slug: 'project/sandbox-changelog' }],
            },
            { label: 'Facts', items: under('reference/') },
            { label: 'Contributing', items: under('project/contributing', 'project/security', 'internals') },
          ],
        },
      ],
      plugins: [
        starlightTypeDoc({
          entryPoints: typeDoc.entryPoints.map((path) => `${repository}${path}`),
          tsconfig: `${repository}tsconfig.json`,
          sidebar: { label: 'API' },
          pagination: true,
          typeDoc: {
            name: 'API reference',
            // The SDK comes first.
            sortEntryPoints: false,
            readme: './pages/api.md',
            mergeReadme: true,
            entryFileName: 'index',
            excludeExternals: typeDoc.excludeExternals,
            excludeReferences: true,
            // Of these, the link to edit a page is made.
            disableGit: true,
            sourceLinkTemplate: 'https://github.com/your-org/js-sdk/edit/main/{path}#L{line}',
            plugin: [linkThrows],
            preservedTypeAnnotationTags: ['@throws'],
            // test/build/api-report.system.test.ts checks them.
            validation: false,
            skipErrorChecking: true,
            useCodeBlocks: true,
            parametersFormat: 'table',
            typeAliasPropertiesFormat: 'table',
            interfacePropertiesFormat: 'table',
            classPropertiesFormat: 'table',
            expandObjects: true,
            expandParameters: true,
            tableColumnSettings: { hideInherited: true, hideOverrides: true, hideModifiers: true, hideSources: true },
          },
        }),
        // What follows `#code=` is a program.
        starlightLinksValidator({ exclude: [`${base}playground/#code=*`] }),
      ],
    }),
    finishedReference(),
    markdownOfPages(`${site}${base}`, description),
    searchIndex(),
  ],
  vite: {
    worker: { format: 'es' },
    resolve: {
      alias: [
        { find: /^@example\/sdk\/(webhooks|rate-limit)$/, replacement: `${repository}dist/$1/index.js` },
        { find: /^@example\/sdk$/, replacement: `${repository}dist/index.js` },
        { find: /^@example\/sandbox$/, replacement: `${repository}sandbox/dist/browser.js` },
      ],
    },
  },
});
