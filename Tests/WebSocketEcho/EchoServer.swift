// SPDX-License-Identifier: Apache-2.0
import HTTPCore
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// An echo server over the product's own session code, for conformance suites and other people's clients.
///
/// The Autobahn suite (`wstest -m fuzzingclient`, cases 1 to 10; there is no compression for 12 and 13) finds 298 cases
/// passed, none failed or lenient, and 3 that it only reports: 7.1.6, 7.13.1 and 7.13.2.
@main
struct EchoServer {
    static func main() async throws {
        guard let options = EchoOptions(CommandLine.arguments.dropFirst()) else {
            print(EchoOptions.usage)
            exit(2)
        }
        var limits = HTTPLimits()
        limits.webSocket.maximumMessageBytes = options.maximumMessageBytes
        let logger = Logger(label: "echo")
        let listener = HTTPListener(
            address: .tcp(host: options.host, port: options.port),
            limits: limits,
            endpoint: EchoEndpoint(),
            logger: logger,
            onListening: { address in
                print("ws://\(address.authority)")
                fflush(nil)
            }
        )
        let services = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [listener],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
        )
        try await services.run()
    }
}
