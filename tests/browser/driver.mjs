// Drives Chromium for the pytest tests: one JSON command a line on stdin, one JSON result a line on stdout.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});

// As a browser from before :has() would see the page; it knows no policy either, since the page is changed.
async function forgetHas(page) {
  await page.route('**/*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replaceAll(':has(', ':has-not-yet(') });
  });
}

// options: width, height, scheme, scripts, forcedColors, reducedMotion, withoutHas
async function withPage(options, use) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 390, height: options.height ?? 844 },
    colorScheme: options.scheme ?? 'light',
    forcedColors: options.forcedColors ?? 'none',
    javaScriptEnabled: options.scripts ?? false,
    locale: options.locale ?? 'en-US',
    bypassCSP: options.withoutHas ?? false,
  });
  const page = await context.newPage();
  if (options.withoutHas) {
    await forgetHas(page);
  }
  const seen = { requests: [], complaints: [] };
  page.on('request', (request) => seen.requests.push(new URL(request.url()).pathname));
  page.on('console', (message) => seen.complaints.push(message.text()));
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  page.setDefaultTimeout(15000);
  try {
    return await use(page, seen);
  } finally {
    await context.close();
  }
}

async function keep(page, options) {
  if (options.screenshot) {
    await page.screenshot({ path: options.screenshot, fullPage: true });
  }
}

// Clicks on the labels of these input ids, fills the comment and other texts by id, sends; what a person with a mouse does.
async function fillIn(page, options) {
  for (const id of options.choose ?? []) {
    await page.locator(`[id="${id}"]`).check();
  }
  for (const [id, text] of Object.entries({ comment: options.comment, ...options.texts })) {
    if (text) {
      await page.locator(`[id="${id}"]`).fill(text);
    }
  }
  if (options.wait_ms) {
    await page.waitForTimeout(options.wait_ms);
  }
  if (options.send) {
    await page.locator('button').first().click();
  }
}

const focused = () => {
  const element = document.activeElement;
  return element.id || element.tagName.toLowerCase();
};

const commands = {
  async open(options) {
    return withPage(options, async (page, seen) => {
      const response = await page.goto(options.url);
      await fillIn(page, options);
      await keep(page, options);
      return { status: response.status(), title: await page.title(), url: page.url(), ...seen };
    });
  },

  async axe(options) {
    return withPage({ ...options, scripts: true }, async (page) => {
      await page.goto(options.url);
      await fillIn(page, options);
      await keep(page, options);
      await page.evaluate(axeSource);
      const result = await page.evaluate((mail) => axe.run(document, { // a mail is no page: it has no landmarks
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', ...(mail ? [] : ['best-practice'])],
      }), options.mail ?? false);
      return {
        passes: result.passes.length,
        violations: result.violations.map((violation) => ({
          id: violation.id, help: violation.help,
          nodes: violation.nodes.map((node) => `${node.html} ${node.failureSummary}`),
        })),
      };
    });
  },

  // Presses keys one after another; "focus" among them notes what has the focus.
  async keys(options) {
    return withPage(options, async (page) => {
      await page.goto(options.url);
      const notes = [];
      for (const key of options.keys) {
        if (key === 'focus') {
          notes.push(await page.evaluate(focused));
        } else if (key.startsWith('wait ')) {
          await page.waitForTimeout(Number(key.slice(5)));
        } else if (key.startsWith('type ')) {
          await page.keyboard.type(key.slice(5));
        } else {
          await page.keyboard.press(key);
        }
      }
      await page.waitForLoadState();
      await keep(page, options);
      return { notes, title: await page.title(), url: page.url() };
    });
  },

  // What a script on the page at url gets from target; a header it may not read is null.
  async script(options) {
    return withPage({ ...options, scripts: true }, async (page) => {
      await page.goto(options.url);
      return page.evaluate(async ({ target, init, headers }) => {
        try {
          const answer = await fetch(target, init);
          const seen = headers.map((name) => [name, answer.headers.get(name)]);
          return { status: answer.status, body: await answer.json(), headers: Object.fromEntries(seen) };
        } catch (error) {
          return { failed: error.name };
        }
      }, { target: options.target, init: options.init ?? {}, headers: options.headers ?? [] });
    });
  },

  // A page whose own script says by its title that it has seen what it was waiting for.
  async wait_for_title(options) {
    return withPage(options, async (page) => {
      await page.goto(options.url);
      await page.waitForFunction((title) => document.title === title, options.title, { timeout: options.limit_ms });
      return { title: await page.title() };
    });
  },

  // Sizes as laid out; style is put on top of the page's own, as a reader's extension would.
  async layout(options) {
    return withPage({ ...options, scripts: true }, async (page) => {
      await page.goto(options.url);
      if (options.style) {
        await page.evaluate((style) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(style);
          document.adoptedStyleSheets = [sheet];
        }, options.style);
      }
      await fillIn(page, options);
      await keep(page, options);
      return page.evaluate(() => {
        const box = (element) => {
          const { left, right, width, height } = element.getBoundingClientRect();
          return { left, right, width, height, text: element.textContent.trim() };
        };
        const clipped = [...document.querySelectorAll('main *')].filter((element) =>
          element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflow !== 'visible' &&
          !element.closest('.t'));
        return {
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          targets: [...document.querySelectorAll('label.o, label.c, button, a.b, textarea')].map(box),
          shown: [...new Set([...document.querySelectorAll('main input, main textarea')].filter((input) =>
            input.checkVisibility() && !input.closest('.t')).map((input) => input.name))],
          conditions: [...document.querySelectorAll('.if')].filter((words) => words.checkVisibility()).length,
          clipped: clipped.map((element) => element.outerHTML.slice(0, 80)),
          options: [...document.querySelectorAll('.o span')].map((span) => ({
            background: getComputedStyle(span).backgroundColor, text: span.textContent,
            checked: span.previousElementSibling.checked,
          })),
          spill: [...document.querySelectorAll('.o span, .c, button')].filter((span) =>
            span.scrollWidth > span.clientWidth + 1 || span.scrollHeight > span.clientHeight + 1)
            .map((span) => span.textContent),
        };
      });
    });
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  try {
    process.stdout.write(JSON.stringify({ result: await commands[command](options) }) + '\n');
  } catch (error) {
    process.stdout.write(JSON.stringify({ error: String(error.stack) }) + '\n');
  }
}
await browser.close();
