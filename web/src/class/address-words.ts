// What the board says about joining by phone. Both languages say the same; a key that one of them lacks does not compile.

import { unit, whole, type Lang } from '../words.ts';

const en = {
  title: 'Join by phone',
  close: 'Close',
  code: (address: string) => `QR code of ${address}`,
  how: 'Scan the code, or type the address.',
  network: (name: string) => `The phone must be in the same network as this computer (here it is called ${name}).`,
  choose: 'Networks of this computer',
  nobody: 'No phone can join',
  nobodyText:
    'This class listens where no phone can reach it: on this machine alone, or the machine is in no network. Connect it to one and start the class again, for all networks, with',
  trouble: 'A phone cannot reach it?',
  cures: (ports: string) => [
    'Stay in that network even if it has no internet: switch mobile data off.',
    `The firewall of this computer must let in the ports ${ports}.`,
    'Networks for guests and of schools often keep devices apart (client isolation), and nothing on this computer can change that. Use a router of your own, or the hotspot of this computer or of a phone. Start the class again afterwards: the address is another one. A hotspot takes few devices, a router a whole class.',
  ],
  and: ' and ',
  comma: ', ',
  wave: (joined: number, got: number) =>
    `${joined === 1 ? '1 phone' : `${whole(joined)} phones`}, ${whole(got)} got the last tick`,
};

type AddressWords = typeof en;

const zh: AddressWords = {
  title: '用手机加入',
  close: '关闭',
  code: (address) => `${address} 的二维码`,
  how: '扫这个码，或者输入这个地址。',
  network: (name) => `手机要和这台电脑在同一个网络里（这里叫 ${name}）。`,
  choose: '这台电脑的网络',
  nobody: '手机没法加入',
  nobodyText:
    '手机连不到这个课堂：它只对本机开放，或者这台机器没有连上网络。请先连上网络，再重新开课，向所有网络开放，命令是',
  trouble: '手机打不开？',
  cures: (ports) => [
    '就算这个网络上不了互联网，也别切走：请关掉移动数据。',
    `这台电脑的防火墙要放行端口 ${ports}。`,
    '访客网络和学校网络常常把设备彼此隔开（客户端隔离），在这台电脑上改不了。请用自己的路由器，或者用这台电脑、某部手机的热点。之后要重新开课：地址会变。热点带不了几台设备，一个路由器能带一个班。',
  ],
  and: ' 和 ',
  comma: '、',
  wave: (joined, got) => `${unit(whole(joined), '部手机')}，${unit(whole(got), '部')}收到最新一笔`,
};

export const addressWords: Record<Lang, AddressWords> = { en, zh };
