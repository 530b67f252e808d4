// A class as a process: its page and its four lanes, and the hand of its presenter.

import assert from 'node:assert/strict';

import { Server } from './server.mjs';
import { until, within } from './wait.mjs';

export class Classroom extends Server {
  /** How many prices a second the class began with. */
  rate = 0;

  /** Opens a class on free ports and waits until it is there. */
  static async open(rate = 2) {
    const room = await Server.born(new Classroom(), ['classroom', '--listen', '127.0.0.1:0', '--rate', `${rate}`]);
    room.rate = rate;
    return room;
  }

  /** What the class is now: `GET /api/class`. */
  state() {
    return this.json('/api/class');
  }

  /** One of its lanes, as the class tells of it. */
  async lane(way) {
    return (await this.state()).lanes.find((lane) => lane.way === way);
  }

  /** Asks for something as the presenter. */
  async command(command) {
    await this.fetch('/api/class', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}` },
      body: JSON.stringify(command),
    });
  }

  /** Where the road of a lane begins. */
  async road(way) {
    return `http://127.0.0.1:${(await this.lane(way)).port}`;
  }

  /** What a lane's own server has counted for a client, as it is named by `?lane=`; without a name, for all. */
  async stats(way, client) {
    const query = client ? `?lane=${client}` : '';
    const answer = await within(fetch(`${await this.road(way)}/api/stats${query}`), `the counters of ${way}`);
    assert.ok(answer.ok, `${way}: ${answer.status}`);
    return (await answer.json()).accounts.filter((account) => account.way === way);
  }

  /** Everything as it was when the class began: fair weather, all lanes up, nobody extra, no demo, no bets. */
  async makeFair() {
    await this.command({ do: 'scene', id: null });
    await this.command({ do: 'bets', open: false });
    await this.command({ do: 'weather', weather: {} });
    await this.command({ do: 'extra', count: 0 });
    await this.command({ do: 'leave-dead', on: false });
    const { lanes, market } = await this.state();
    const { rate, symbols } = market.next ?? market;
    if (rate !== this.rate || symbols.length !== 1) await this.command({ do: 'market', rate: this.rate, symbols: 1 });
    const dead = lanes.filter(({ state }) => state === 'down').map(({ way }) => way);
    if (dead.length > 0) await this.command({ do: 'restart', lanes: dead });
    await until('a class in which all is well', async () => {
      const now = await this.state();
      const whole = ({ last_break }) => last_break?.until_us !== null;
      const well = now.lanes.every((lane) => lane.state === 'up' && lane.extra === 0 && whole(lane));
      const calm = now.market.rate === this.rate && now.market.next === null;
      return well && calm && now.phones.joined === 0;
    });
  }
}
