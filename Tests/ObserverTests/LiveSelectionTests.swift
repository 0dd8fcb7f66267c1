// SPDX-License-Identifier: Apache-2.0

import ObserverModel
import Testing

@testable import Observer

@Suite("Choosing containers")
struct LiveSelectionTests {
    private let id = ContainerID(words: 0xABCD_0000_0000_0000)

    @Test("Included names, all labels, and no excluded name make a choice")
    func choice() throws {
        let selection = ContainerSelection(
            included: [try #require(Glob("shop-*")), try #require(Glob("db"))],
            labels: [.init("tier=web"), .init("watched")],
            excluded: [try #require(Glob("*-debug"))]
        )
        let labels = ["tier": "web", "watched": ""]
        #expect(selection.contains(id: id, name: "shop-api") { labels[$0] })
        #expect(selection.contains(id: id, name: "db") { labels[$0] })
        #expect(!selection.contains(id: id, name: "shop-debug") { labels[$0] })
        #expect(!selection.contains(id: id, name: "other") { labels[$0] })
        #expect(!selection.contains(id: id, name: "db") { ["tier": "web"][$0] })
        #expect(!selection.contains(id: id, name: "db") { ["tier": "db", "watched": ""][$0] })
    }

    @Test("The observer's own container is never chosen")
    func own() throws {
        let selection = ContainerSelection(included: [try #require(Glob("*"))], own: [id.short])
        #expect(!selection.contains(id: id, name: "observer") { _ in nil })
        #expect(selection.contains(id: ContainerID(words: 1), name: "other") { _ in nil })
    }

    @Test("A container is recognised by its mounts and its cgroup, and a host's mount table names nobody")
    func recognition() {
        let own = String(repeating: "0f", count: 32)
        let other = String(repeating: "ee", count: 32)
        let inContainer = """
            680 670 0:59 / / rw - overlay overlay rw
            690 680 254:1 /var/lib/docker/containers/\(own)/hostname /etc/hostname rw - ext4 /dev/vda rw
            """
        #expect(candidates(mountInfo: inContainer) == [own])
        let onHost = "99 22 0:44 / /var/lib/docker/containers/\(other)/mounts/shm rw - tmpfs shm rw"
        #expect(candidates(mountInfo: onHost) == [])
        #expect(candidates(cgroup: "4:memory:/docker/\(own)\n1:cpu:/docker/\(own)") == [own])
        #expect(candidates(cgroup: "0::/user.slice") == [])
        #expect(candidates(isContainer: true, hostname: "0f0f0f0f0f0f") == ["0f0f0f0f0f0f"])
        #expect(candidates(isContainer: false, hostname: "0f0f0f0f0f0f") == [])
    }

    private func candidates(
        mountInfo: String = "",
        cgroup: String = "",
        isContainer: Bool = false,
        hostname: String = ""
    ) -> [String] {
        OwnContainer.candidates(mountInfo: mountInfo, cgroup: cgroup, isContainer: isContainer, hostname: hostname)
    }
}
