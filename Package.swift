// swift-tools-version:6.2
import PackageDescription

/// What every target of ours is compiled with: Swift 6, complete concurrency checking, warnings are errors.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")

let package = Package(
    name: "sentinell-observer",
    products: [
        .executable(name: "observer", targets: ["ObserverCommand"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .target(name: "Bytes", swiftSettings: settings),
        .target(name: "ObserverModel", dependencies: ["Bytes"], swiftSettings: settings),
        .target(name: "DockerAPI", dependencies: ["Bytes"], swiftSettings: settings),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: settings),
        .target(
            name: "Redaction",
            dependencies: ["Bytes", "ObserverModel", "DockerAPI", "Patterns"],
            swiftSettings: settings
        ),
        .target(
            name: "EngineClient",
            dependencies: ["Bytes", "DockerAPI", nioCore, nioPosix, nioSSL, logging],
            swiftSettings: settings
        ),
        .target(
            name: "Observer",
            dependencies: ["Bytes", "ObserverModel", "DockerAPI", "EngineClient", collections, logging],
            swiftSettings: settings
        ),
        .target(
            name: "Recorder",
            dependencies: ["Bytes", "ObserverModel", "CZstd", logging],
            swiftSettings: settings
        ),
        .target(
            name: "HTTPCore",
            dependencies: [
                nioCore, nioPosix, nioHTTP1, nioWebSocket, nioHTTPTypes, nioHTTPTypesHTTP1, httpTypes, hummingbirdCore,
                logging, lifecycle,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "Server",
            dependencies: [
                "Bytes", "ObserverModel", "Observer", "HTTPCore", "Patterns", nioCore, nioPosix, nioHTTP1, httpTypes,
                hummingbirdCore, collections, logging, lifecycle,
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ObserverCommand",
            dependencies: [
                "Bytes", "ObserverModel", "DockerAPI", "EngineClient", "Observer", "Recorder", "Patterns", "Redaction",
                "HTTPCore", "Server", nioCore, nioPosix, nioHTTP1, nioWebSocket, argumentParser, logging, lifecycle,
                unixSignals,
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            dependencies: ["Bytes", "ObserverModel", "DockerAPI", nioCore, nioPosix],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "WebSocketEcho",
            dependencies: ["HTTPCore", nioCore, nioPosix, nioHTTP1, logging, lifecycle, unixSignals],
            path: "Tests/WebSocketEcho",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "ObserverBenchmarks",
            dependencies: [
                "Bytes", "ObserverModel", "Observer", "Recorder", "HTTPCore", "Server", "TestSupport", logging,
            ],
            path: "Benchmarks/ObserverBenchmarks",
            swiftSettings: settings
        ),
        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: settings),
        .testTarget(name: "ObserverModelTests", dependencies: ["Bytes", "ObserverModel"], swiftSettings: settings),
        .testTarget(
            name: "DockerAPITests",
            dependencies: ["Bytes", "DockerAPI"],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EngineClientTests",
            dependencies: ["Bytes", "DockerAPI", "EngineClient", "TestSupport", nioCore, nioPosix, nioSSL, logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ObserverTests",
            dependencies: [
                "Bytes", "ObserverModel", "DockerAPI", "EngineClient", "Observer", "TestSupport", nioCore, nioPosix,
                logging,
            ],
            resources: [.copy("Corpus"), .copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RedactionTests",
            dependencies: ["Bytes", "ObserverModel", "DockerAPI", "Patterns", "Redaction", "TestSupport"],
            resources: [.copy("Corpus")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RecorderTests",
            dependencies: ["Bytes", "ObserverModel", "Recorder", "CZstd", "TestSupport", logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HTTPCoreTests",
            dependencies: [
                "HTTPCore", nioCore, nioPosix, nioEmbedded, nioHTTP1, httpTypes, hummingbirdCore, logging, lifecycle,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Bytes", "ObserverModel", "Observer", "HTTPCore", "Server", "TestSupport", nioCore, nioPosix, nioHTTP1,
                nioEmbedded, httpTypes, collections, logging, lifecycle,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ObserverCommandTests",
            dependencies: [
                "ObserverCommand", "Bytes", "ObserverModel", "Observer", "Recorder", "CZstd", argumentParser,
            ],
            resources: [.copy("Golden")],
            swiftSettings: settings
        ),
        .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "Bytes"], swiftSettings: settings),
        .testTarget(name: "TidyTests", swiftSettings: settings),
    ]
)

// A fuzzer needs a build of its own, with what is internal in reach: scripts/fuzz asks for it.
if Context.environment["OBSERVER_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "RecorderFuzz",
            dependencies: ["Bytes", "ObserverModel", "Recorder"],
            path: "Fuzz/RecorderFuzz",
            exclude: ["tokens.dict"],
            swiftSettings: settings
        )
    )
}
