//! Why a figure is missing, and what a mark says, in words.

use super::figures::Why;
use super::lang::Words;
use crate::Mark;

/// What a mark says of a round.
#[must_use]
pub(super) fn mark(mark: Mark) -> Words {
    let (en, zh) = match mark {
        Mark::GeneratorSaturated => (
            "the generator was saturated: its figures would be its own",
            "负载发生器已饱和：测到的会是它自己",
        ),
        Mark::GeneratorLate => (
            "the generator was late by itself: its times would be its own",
            "负载发生器自己迟到了：测到的时间会是它自己的",
        ),
        Mark::NotAllOpened => ("not all subscribers came to hear anything", "有订阅者始终没有听到任何内容"),
        Mark::Broken => ("connections broke", "有连接断开"),
        Mark::Unfaithful => ("events were lost, came twice or out of order", "有事件丢失、重复或乱序"),
        Mark::OffSchedule => (
            "the server published another number of events than its rate says",
            "服务器发布的事件数与速率不符",
        ),
        Mark::ServerDied => ("the server ended by itself", "服务器自行退出"),
    };
    Words::new(en, zh)
}

impl Why {
    fn words(self) -> Words {
        let (en, zh) = match self {
            Self::Marked(which) => return mark(which),
            Self::Unfinished => ("the round was not finished", "该轮没有测完"),
            Self::NotTold => ("this system does not tell it", "系统不提供这个数字"),
            Self::NobodyOpened => ("no subscriber came to hear anything", "没有订阅者听到内容"),
            Self::NothingArrived => ("no update arrived in the window", "测量窗口内没有更新到达"),
            Self::NeverShown => ("a symbol was never shown", "有股票始终没有显示过价格"),
            Self::NoRequests => (
                "no request was made in the window: the connection stays open",
                "窗口内没有请求：连接一直开着",
            ),
            Self::Noise => (
                "lost in what else the machine did: more connections make it visible",
                "淹没在机器的其他活动里：连接更多时才看得出来",
            ),
            Self::NoFront => ("nothing stood between server and clients", "服务器与客户端之间没有代理"),
        };
        Words::new(en, zh)
    }
}

/// Why none of `rounds` rounds gave a figure.
#[must_use]
pub(crate) fn missing(rounds: &[Why]) -> Words {
    let mut whys = rounds.to_vec();
    whys.sort_unstable();
    whys.dedup();
    match whys.as_slice() {
        [] => Words::new("it was not measured", "没有测量"),
        // What follows from the settings is no matter of rounds.
        [one]
            if rounds.len() == 1
                || matches!(one, Why::NoRequests | Why::NoFront | Why::NotTold | Why::Noise) =>
        {
            one.words()
        }
        [one] => {
            let Words { en, zh } = one.words();
            Words::new(
                format!("{en} (in all {} rounds)", rounds.len()),
                format!("{zh}（{} 轮都是）", rounds.len()),
            )
        }
        many => Words::listed(&many.iter().map(|why| why.words()).collect::<Vec<_>>()),
    }
}
