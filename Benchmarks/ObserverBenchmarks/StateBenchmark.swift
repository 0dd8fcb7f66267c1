// SPDX-License-Identifier: Apache-2.0

import Bytes
import Observer
import ObserverModel

/// `/containers` and `/stats` with a thousand containers: the budget asks for 5 ms each, from memory.
enum StateBenchmark {
    static func run(_ scale: Scale) -> [Row] {
        var projector = Projector()
        var number: UInt64 = 0
        let time = Timestamp(seconds: 1_795_433_138)
        for index in 1...1000 {
            for fact in facts(index) {
                number += 1
                _ = projector.project([Observation(number: number, time: time, fact: fact)])
            }
        }
        let state = projector.state
        return [
            row("/containers of 1,000 containers", scale) { state.writeContainers(to: &$0) },
            row("/stats of 1,000 containers", scale) { state.writeStats(to: &$0) },
        ]
    }

    private static func row(_ name: String, _ scale: Scale, _ write: (inout JSONWriter) -> Int) -> Row {
        var count = 0
        var bytes = 0
        let times = (0..<scale.count(100, smoke: 3)).map { _ in
            let elapsed = ContinuousClock().measure {
                var writer = JSONWriter()
                count = write(&writer)
                bytes = writer.count
            }
            return elapsed / .microseconds(1)
        }
        precondition(count == 1000, "\(name): \(count) were written")
        return Row(
            name: name,
            figure: "\((times.median / 1000).rounded(to: 2)) ms for \(bytes) bytes",
            against: "5 ms allowed",
            ratio: "\((times.median / 5000).rounded(to: 2)) of the limit"
        )
    }

    private static func facts(_ index: Int) -> [Fact] {
        var digits: [UInt8] = []
        for _ in 0..<4 { Hex.append(UInt64(index) &* 0x9E37_79B9_7F4A_7C15, to: &digits) }
        guard let id = ContainerID(digits[...]) else { return [] }
        let inspect = """
            {"Id":"\(id)","Created":"2026-11-23T10:45:47.654376303Z","Name":"/shop-\(index)","RestartCount":0,"Image":"sha256:0",\
            "State":{"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,\
            "Pid":1,"ExitCode":0,"Error":"","StartedAt":"2026-11-23T10:45:48.1Z","FinishedAt":"0001-01-01T00:00:00Z"},\
            "Config":{"Image":"shop/api:1.4.2","Tty":false,"Labels":{"com.docker.compose.project":"shop"},"Env":[]},\
            "HostConfig":{"LogConfig":{"Type":"json-file"}}}
            """
        let stats = """
            {"read":"2026-11-23T10:50:31.065187794Z","preread":"2026-11-23T10:50:30.060771883Z","pids_stats":{"current":3},\
            "cpu_stats":{"cpu_usage":{"total_usage":43605439},"system_cpu_usage":2234190000000,"online_cpus":2},\
            "precpu_stats":{"cpu_usage":{"total_usage":23605439},"system_cpu_usage":2232170000000,"online_cpus":2},\
            "memory_stats":{"usage":13107200,"limit":268435456,"stats":{"inactive_file":4096}},\
            "networks":{"eth0":{"rx_bytes":1024,"tx_bytes":2048}}}
            """
        return [
            .container(ContainerRecord(container: id, raw: Array(inspect.utf8)[...])),
            .stats(ContainerRecord(container: id, raw: Array(stats.utf8)[...])),
        ]
    }
}
