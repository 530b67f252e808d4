//! Why an experiment in a browser told nothing, in both languages, with the way out.

use std::path::PathBuf;

use super::launch::Browser;
use crate::Error;
use crate::claims::{Text, words};

/// Why there is nothing to judge.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Lost {
    /// No program of this browser was found.
    #[error("{}", self.text().en)]
    NotInstalled(Browser),
    /// It is there and did not start.
    #[error("{}", self.text().en)]
    Start {
        /// Which.
        who: Browser,
        /// The program that was started.
        program: PathBuf,
        /// What the system said.
        why: String,
    },
    /// It ended before the experiment was over.
    #[error("{}", self.text().en)]
    Ended(Browser),
    /// The page did not report what was waited for.
    #[error("{}", self.text().en)]
    Silent {
        /// Whose page.
        who: Browser,
        /// How long it was waited for, in seconds.
        after_s: f64,
        /// What was waited for.
        missing: Text,
    },
    /// The server for the page could not listen.
    #[error("{}", self.text().en)]
    Host(String),
    /// What should have stood in front of that server did not.
    #[error("{}", self.text().en)]
    Front(Text),
    /// Another protocol was agreed on than the one that is asked about.
    #[error("{}", self.text().en)]
    Protocol(Browser, String),
    /// There is no such experiment.
    #[error("{}", self.text().en)]
    Unknown(String),
    /// What the experiment reads does not have the form that it must have.
    #[error("{}", self.text().en)]
    Sheet(String),
}

impl From<Error> for Lost {
    fn from(error: Error) -> Self {
        Self::Front(words::lacking(&error))
    }
}

impl Lost {
    /// What, where, and the way out.
    pub(super) fn text(&self) -> Text {
        match self {
            Self::NotInstalled(who) => {
                let (name, all, variable) = (who.name(), who.programs().join(", "), who.variable());
                Text::new(
                    format!(
                        "{name} is not installed: none of {all} was found. Install one, or set {variable} to its path"
                    ),
                    format!(
                        "没有安装 {name}：找不到 {all} 中的任何一个。请安装，或用环境变量 {variable} 指定路径"
                    ),
                )
            }
            Self::Start { who, program, why } => {
                let (name, program, variable) = (who.name(), program.display(), who.variable());
                Text::new(
                    format!(
                        "{name} did not start ({program}: {why}). Set {variable} to the path of one that does"
                    ),
                    format!(
                        "{name} 启动失败（{program}：{why}）。请用环境变量 {variable} 指定一个可用的程序"
                    ),
                )
            }
            Self::Ended(who) => {
                let (name, program) = (who.name(), who.programs()[0]);
                Text::new(
                    format!(
                        "{name} ended before the experiment was over. Run `{program} --headless` by hand: it says why"
                    ),
                    format!("实验还没做完，{name} 就退出了。请手动运行 `{program} --headless` 查看原因"),
                )
            }
            Self::Silent { who, after_s, missing } => {
                let name = who.name();
                Text::new(
                    format!(
                        "{name}: {} did not happen within {after_s} s. On a busy machine, run it again when it is idle",
                        missing.en
                    ),
                    format!("{name}：{after_s} 秒内没有等到{}。如果机器正忙，请空闲时重试", missing.zh),
                )
            }
            Self::Host(why) => Text::new(
                format!(
                    "the experiment's server cannot listen on 127.0.0.1: {why}. Free a port or raise the open-file limit"
                ),
                format!("实验用的服务器无法在 127.0.0.1 上监听：{why}。请释放端口，或调高打开文件数上限"),
            ),
            Self::Front(why) => why.clone(),
            Self::Protocol(who, spoken) => {
                let name = who.name();
                Text::new(
                    format!("{name} spoke {spoken:?} with nginx. Allow HTTP/2 in its settings"),
                    format!("{name} 与 nginx 之间用的是 {spoken:?}。请在它的设置里允许 HTTP/2"),
                )
            }
            Self::Unknown(id) => {
                let all = super::IDS.join(", ");
                Text::new(
                    format!("{id} is not an experiment in browsers; those are {all}"),
                    format!("{id} 不是浏览器实验；浏览器实验有 {all}"),
                )
            }
            Self::Sheet(why) => Text::new(
                format!(
                    "a file of this claim in benches/claims cannot be read: {why}. Restore it and build again"
                ),
                format!("benches/claims 中这条说法的文件无法读取：{why}。请恢复该文件并重新构建"),
            ),
        }
    }
}
