//! The wire format of an operation of queues or topics: the protocol, and which fields are attributes.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::settings::Credentials;

/// The additional data of a call to queues or topics, beside query and JSON body.
#[derive(Clone)]
pub struct Messaging {
    /// The region of the queue or topic.
    pub region: String,
    /// The endpoint, in which `{region}` is replaced. Default: Scaleway's.
    pub endpoint: Option<String>,
    /// The credentials of the service. Default: the API key, which may be set to such credentials for an import.
    pub credentials: Option<Credentials>,
    /// The wire format of the operation.
    pub format: MessageFormat,
}

/// Prints the operation, region and endpoint, without the keys.
impl fmt::Debug for Messaging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messaging").field("region", &self.region).field("format", &self.format).finish_non_exhaustive()
    }
}

/// The wire format of an operation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageFormat {
    /// The protocol.
    pub service: MessageService,
    /// The name of the operation.
    pub action: String,
    /// The fields of request and response that are attributes, with the types of their values.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeKind>,
}

/// A protocol of queues or topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MessageService {
    /// Queues: AWS JSON 1.0.
    Sqs,
    /// Topics: AWS Query.
    Sns,
}

/// The type of an attribute, which is always a string in messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeKind {
    /// A string.
    String,
    /// An integer.
    Integer,
    /// `true` or `false`.
    Boolean,
}

impl MessageService {
    /// The name of the service in hosts and signatures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::Sns => "sns",
        }
    }

    /// The name of the service in messages.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Sqs => "SQS",
            Self::Sns => "SNS",
        }
    }
}
