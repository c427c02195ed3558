//! The faults of a scenario: which request fails, and how. This module does not implement the effects.

use serde::{Deserialize, Serialize};

/// A fault of one request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// Method and path, without IDs.
    pub(crate) request: String,
    /// The number of requests with this method and path in the command before this one.
    #[serde(default)]
    pub(crate) after: u32,
    /// The effect.
    pub(crate) kind: FaultKind,
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// No connection.
    Unsent,
    /// The request has no effect, and the connection is closed.
    LostRequest,
    /// The request is processed, and the connection is closed.
    LostResponse,
    /// The request is processed, and the response arrives after the timeout of an attempt.
    LateResponse,
    /// The response arrives some seconds later.
    SlowResponse,
    /// An idempotent request is processed twice, as by a proxy that retries; the second response arrives.
    Repeated,
    /// A read returns an earlier response, which is at most some seconds old.
    Stale,
    /// A read does not contain the objects of the last seconds: an element of a list, or the object itself (404).
    Lagging,
    /// 400 without effect.
    Rejected,
    /// 403 without effect.
    Forbidden,
    /// 404 of a proxy, without effect.
    ForeignNotFound,
    /// 409: another operation is in progress.
    Busy,
    /// 429 without `Retry-After`.
    RateLimited,
    /// 429 with `Retry-After`.
    RateLimitedFor,
    /// 500 without effect.
    ServerError,
    /// 503 without effect.
    Unavailable,
    /// 500 after the request was processed.
    ServerErrorAfter,
    /// 504 after the request was processed.
    GatewayTimeoutAfter,
    /// The plugin is killed before the request arrives.
    PluginKilledBefore,
    /// The plugin is killed after the request was processed.
    PluginKilledAfter,
    /// The engine and the plugin are killed before the request arrives.
    EngineKilledBefore,
    /// The engine and the plugin are killed after the request was processed.
    EngineKilledAfter,
}

impl FaultKind {
    pub(crate) const ALL: [Self; 22] = [
        Self::Unsent,
        Self::LostRequest,
        Self::LostResponse,
        Self::LateResponse,
        Self::SlowResponse,
        Self::Repeated,
        Self::Stale,
        Self::Lagging,
        Self::Rejected,
        Self::Forbidden,
        Self::ForeignNotFound,
        Self::Busy,
        Self::RateLimited,
        Self::RateLimitedFor,
        Self::ServerError,
        Self::Unavailable,
        Self::ServerErrorAfter,
        Self::GatewayTimeoutAfter,
        Self::PluginKilledBefore,
        Self::PluginKilledAfter,
        Self::EngineKilledBefore,
        Self::EngineKilledAfter,
    ];

    /// Whether the fault can happen to a request: method and path.
    pub(crate) fn is_possible(self, request: &str) -> bool {
        let (method, path) = request.split_once(' ').unwrap_or_default();
        // The second request to create a bucket is rejected.
        let is_bucket = method == "PUT" && path.rfind('/') == Some(0);
        match self {
            Self::Stale | Self::Lagging => method == "GET",
            Self::Repeated => method != "POST" && method != "PATCH" && !is_bucket,
            _ => true,
        }
    }

    /// The process that is killed, and whether the request is processed before.
    pub(crate) fn kill(self) -> Option<(Victim, bool)> {
        match self {
            Self::PluginKilledBefore => Some((Victim::Plugin, false)),
            Self::PluginKilledAfter => Some((Victim::Plugin, true)),
            Self::EngineKilledBefore => Some((Victim::Engine, false)),
            Self::EngineKilledAfter => Some((Victim::Engine, true)),
            _ => None,
        }
    }
}

/// A kill during a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kill {
    /// The process that is killed.
    pub(crate) process: Victim,
    /// The number of times that the command has waited before: for a response, a pause, a lock, or a step of the engine.
    pub(crate) waits: u32,
}

/// A process that is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Victim {
    Plugin,
    /// The engine, and the plugin that it started.
    Engine,
}
