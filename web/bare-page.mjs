// A page without a keeper: whoever drives a page usually has its network watched, and then Chromium keeps what came, up
// to a hundred megabytes of it, in the process of the page. Where memory is measured, only this little is asked of it.

const PATIENCE_MS = 30_000;

export class BarePage {
  #root;
  #target;
  #asked = 0;
  #answers = new Map();
  #ears = new Map();

  /** Opens an empty page of so many pixels in a context of its own. */
  static async open(browser, width, height) {
    const page = new BarePage();
    const root = await browser.newBrowserCDPSession();
    const { browserContextId } = await root.send('Target.createBrowserContext');
    const { targetId } = await root.send('Target.createTarget', { url: 'about:blank', browserContextId });
    page.#root = root;
    root.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId === page.#target) page.#hear(JSON.parse(message));
    });
    page.#target = (await root.send('Target.attachToTarget', { targetId })).sessionId;
    for (const domain of ['Page', 'Runtime', 'Log', 'Inspector']) await page.send(`${domain}.enable`);
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await page.send('Emulation.setDeviceMetricsOverride', size);
    return page;
  }

  /** One command of the DevTools protocol. */
  async send(method, params = {}) {
    const id = (this.#asked += 1);
    const answer = new Promise((resolve) => this.#answers.set(id, resolve));
    const message = JSON.stringify({ id, method, params });
    await this.#root.send('Target.sendMessageToTarget', { sessionId: this.#target, message });
    const { error, result } = await answer;
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Calls `ear` at each event of that name. */
  on(event, ear) {
    this.#ears.set(event, ear);
  }

  /** What went wrong in the page, as its console tells it. */
  onTrouble(note) {
    this.on('Runtime.exceptionThrown', ({ exceptionDetails: { text, exception } }) =>
      note(`error of the page: ${exception?.description ?? text}`),
    );
    this.on('Runtime.consoleAPICalled', ({ type, args }) => {
      if (type === 'error') note(`console: ${args.map(({ value, description }) => value ?? description).join(' ')}`);
    });
    this.on('Log.entryAdded', ({ entry }) => {
      if (entry.level === 'error') note(`console: ${entry.text} ${entry.url ?? ''}`.trimEnd());
    });
    this.on('Inspector.targetCrashed', () => {
      note('the page crashed');
      for (const answer of this.#answers.values()) answer({ error: { message: 'the page crashed' } });
    });
  }

  /** Runs before the code of every document. */
  async before(script) {
    await this.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${script})()` });
  }

  async evaluate(what) {
    const wish = { expression: `(${what})()`, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', wish);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until `condition` holds in the page; it looks at every frame. */
  async until(what, condition) {
    const look = `() => new Promise((done) => {
      const end = performance.now() + ${PATIENCE_MS};
      const look = () => {
        if ((${condition})()) done(true);
        else if (performance.now() > end) done(false);
        else requestAnimationFrame(look);
      };
      look();
    })`;
    if (!(await this.evaluate(look))) throw new Error(`waited ${PATIENCE_MS} ms for ${what}`);
  }

  #hear({ id, method, params, error, result }) {
    if (id === undefined) return void this.#ears.get(method)?.(params);
    this.#answers.get(id)?.({ error, result });
    this.#answers.delete(id);
  }
}
