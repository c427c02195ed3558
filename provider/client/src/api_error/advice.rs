//! Hints: what the user can do about an error of the API, in one sentence.

use super::{ApiError, Kind, sentence};

impl ApiError {
    /// The hint for this error, if there is one.
    pub fn help(&self) -> Option<String> {
        if let Some(help) = &self.help_message {
            return Some(sentence(help));
        }
        let advice = match self.kind {
            Kind::Unauthenticated if self.reason.as_deref() == Some("expired") => {
                "Create a new API key and configure it: this one has expired."
            }
            Kind::Unauthenticated => {
                "Set a valid access key and secret key, for example in SCW_ACCESS_KEY and SCW_SECRET_KEY."
            }
            Kind::Denied => return Some(self.missing_permission()),
            Kind::Quota if self.error_type.as_deref() == Some("out_of_stock") => {
                "Choose another type or zone, or try again later."
            }
            Kind::Quota => "Delete unused resources, or request a higher quota from Scaleway's support.",
            Kind::Throttled => "Set a lower `requestsPerSecond` or `maxConcurrentRequests` in the provider.",
            Kind::Busy if self.precondition.is_some() => "Delete the resources that use it first.",
            Kind::Busy if self.is_transient() => "Try again when the operation in progress has ended.",
            Kind::Conflict if self.error_type.as_deref() == Some("already_exists") => {
                "Choose another name, or import the existing resource."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("BucketAlreadyExists") => {
                "Choose another name: names of buckets are unique across all customers of Scaleway."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("BucketAlreadyOwnedByYou") => {
                "Import the bucket, or choose another name."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("BucketNotEmpty") => {
                "Set `forceDestroy: true` and run an update before the bucket is destroyed, or delete its objects first."
            }
            Kind::Conflict if self.error_type.as_deref() == Some("locked") => {
                "Ask Scaleway's support why the resource is locked."
            }
            Kind::Broken if (300..400).contains(&self.status) => {
                "Set the URL of the API in `apiUrl` or `s3Endpoint`: redirects are not followed."
            }
            Kind::Broken => "Check https://status.scaleway.com and try again later.",
            Kind::Foreign => {
                "Check `apiUrl` and `s3Endpoint` of the provider (SCW_API_URL), and proxies; no resource is treated as deleted."
            }
            Kind::NotFound | Kind::Invalid | Kind::Conflict | Kind::Busy => return None,
        };
        Some(advice.to_owned())
    }

    fn missing_permission(&self) -> String {
        let permissions: Vec<String> = self
            .details
            .iter()
            .filter_map(|detail| match (&detail.action, &detail.resource) {
                (Some(action), Some(resource)) => Some(format!("{action} {resource}")),
                (Some(one), None) | (None, Some(one)) => Some(one.clone()),
                (None, None) => None,
            })
            .collect();
        if permissions.is_empty() {
            return "Add a policy to the API key that allows this.".to_owned();
        }
        format!("Add a policy to the API key that allows: {}.", permissions.join(", "))
    }
}
