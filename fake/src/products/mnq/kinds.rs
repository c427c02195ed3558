//! The kinds of Messaging and Queuing that several modules use.

use crate::facts::Named;
use crate::store::{Kind, Missing};

pub(super) static SQS_CREDENTIALS: Named = Named::new("mnq/sqs_credentials");
pub(super) static SNS_CREDENTIALS: Named = Named::new("mnq/sns_credentials");

pub(super) static SQS: Kind =
    Kind { id: "", key: &["project_id"], ..Kind::new("mnq/sqs", "SqsInfo", "", Missing::Labelled("MnqSQSNamespace")) };
pub(super) static SNS: Kind =
    Kind { id: "", key: &["project_id"], ..Kind::new("mnq/sns", "SnsInfo", "", Missing::Labelled("MnqSNSNamespace")) };

/// A queue; its ID is its project and its name, its locality the region.
pub(super) static QUEUE: Kind = kind("mnq/sqs_queue");
/// A topic; its ID is its ARN.
pub(super) static TOPIC: Kind = kind("mnq/sns_topic");
/// A subscription; its ID is its ARN.
pub(super) static SUBSCRIPTION: Kind = kind("mnq/sns_topic_subscription");

/// The protocols have error responses of their own.
const fn kind(name: &'static str) -> Kind {
    Kind { id: "", ..Kind::new(name, "", "", Missing::Message("the queue or topic is not found")) }
}
