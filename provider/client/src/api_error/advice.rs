//! Advice: what to do about an error of the API, in one sentence.

use super::{ApiError, Kind, sentence};

impl ApiError {
    /// One sentence of advice, where there is any to give.
    pub fn help(&self) -> Option<String> {
        if let Some(help) = &self.help_message {
            return Some(sentence(help));
        }
        let advice = match self.kind {
            Kind::Unauthenticated if self.reason.as_deref() == Some("expired") => {
                "The API key has expired: make a new one and configure it."
            }
            Kind::Unauthenticated => {
                "Set a valid pair of access key and secret key, such as in SCW_ACCESS_KEY and SCW_SECRET_KEY."
            }
            Kind::Denied => return Some(self.missing_right()),
            Kind::Quota if self.error_type.as_deref() == Some("out_of_stock") => {
                "Choose another type or zone, or try again another day."
            }
            Kind::Quota => "Delete what is no longer needed, or ask Scaleway's support for a higher quota.",
            Kind::Throttled => "Lower requestsPerSecond or maxConcurrentRequests of the provider.",
            Kind::Busy if self.precondition.is_some() => "Remove what still uses it first.",
            Kind::Busy if self.is_transient() => "Try again once the change under way has ended.",
            Kind::Conflict if self.error_type.as_deref() == Some("already_exists") => {
                "Choose another name, or import what exists."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("BucketAlreadyExists") => {
                "Choose another name: names of buckets are shared by everybody at Scaleway."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("BucketAlreadyOwnedByYou") => {
                "Import the bucket, or choose another name."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("BucketNotEmpty") => {
                "Set `forceDestroy: true` and run an update before you destroy it, or empty it first."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("locked") => {
                "Ask Scaleway's support why it is locked."
            }
            Kind::Broken if (300..400).contains(&self.status) => {
                "Set the address of the API itself, in `apiUrl` or `s3Endpoint`: redirects are not followed."
            }
            Kind::Broken => "Look at https://status.scaleway.com and try again later.",
            Kind::Foreign => {
                "Check apiUrl and s3Endpoint of the provider (SCW_API_URL) and any proxy in between; nothing is treated as deleted."
            }
            Kind::NotFound | Kind::Invalid | Kind::Conflict | Kind::Busy => return None,
        };
        Some(advice.to_owned())
    }

    fn missing_right(&self) -> String {
        let rights: Vec<String> = self
            .details
            .iter()
            .filter_map(|detail| match (&detail.action, &detail.resource) {
                (Some(action), Some(resource)) => Some(format!("{action} {resource}")),
                (Some(one), None) | (None, Some(one)) => Some(one.clone()),
                (None, None) => None,
            })
            .collect();
        if rights.is_empty() {
            return "The API key needs a policy that allows this.".to_owned();
        }
        format!("The API key needs a policy that allows: {}.", rights.join(", "))
    }
}
