//! Builds anew when what is embedded is there anew: the form of a report (the page builds it), scenarios and claims.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist-report");
    println!("cargo:rerun-if-changed=../../benches/scenarios");
    println!("cargo:rerun-if-changed=../../benches/claims");
}
