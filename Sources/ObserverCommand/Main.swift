// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Runs a command and turns how it ended into an exit code (`ExitStatus`).
@main
enum Main {
    static func main() async {
        // A reader that went away is seen by the write that fails, not by a signal that kills.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try ObserverTool.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            StandardError.write("observer: \(failure.message)\n")
            exit(failure.status.rawValue)
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch {
            let isHelp = ObserverTool.exitCode(for: error) == .success
            let text = ObserverTool.fullMessage(for: error)
            if isHelp {
                StandardOutput.write(text + "\n")
            } else {
                StandardError.write(text + "\n")
            }
            exit(isHelp ? ExitStatus.good.rawValue : ExitStatus.usage.rawValue)
        }
    }
}
