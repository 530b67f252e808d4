//! Builds anew when the page was built anew, or another result was committed: both are embedded in the binary.

fn main() {
    println!("cargo:rerun-if-changed=../../web/dist");
    println!("cargo:rerun-if-changed=../../benches/results");
}
