//! The mail servers of domains.

use super::super::decoded;
use super::*;

#[test]
fn every_domain_has_the_same_mail_servers() {
    let shown = decoded(&Domain, &json!({ "name": "example.org" }));
    assert_eq!((&shown["smtp_host"], &shown["smtps_port"]), (&json!("smtp.tem.scaleway.com"), &json!(465)));
    assert_eq!(shown["name"], "example.org");
}
