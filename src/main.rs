//! Arguments, run, exit code.

fn main() -> std::process::ExitCode {
    mgd::cli::main()
}
