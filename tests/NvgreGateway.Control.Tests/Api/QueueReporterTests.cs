using NvgreGateway.Control.Api;
using NvgreGateway.Control.Tests.Loop;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Control.Tests.Api;

/// <summary><c>show queues</c> against what the data process read back and counted.</summary>
public sealed unsafe class QueueReporterTests
{
    private const string TwoWorkers = ", \"workers\": { \"cores\": [1, 2] }";

    [Fact]
    [Requirement("C-055", "C-057")]
    public void WhatTheDeviceSaidOfItselfIsShown()
    {
        using PlaneFixture f = new(PlaneFixture.Json(top: TwoWorkers));
        PortState* state = f.Memory.PortStates + PlaneFixture.Underlay;
        state->RxQueues = 2;
        state->Spread = QueueSpread.InnerRss;
        state->RssFields = RssFields.Ipv4 | RssFields.Tcp4 | RssFields.Innermost;
        state->RssTypes = 0x8_0000_0000_0014;
        state->RssReadBack = 1;
        state->RssKeyLength = 40;
        for (int i = 0; i < 40; i++)
        {
            state->RssKey[i] = (byte)(i % 2 == 0 ? 0x6D : 0x5A);
        }

        state->RetaSize = 128;
        state->RetaLeast = state->RetaMost = 64;
        QueueStatus status = QueueReporter.Queues(f.Plane)[PlaneFixture.Underlay];
        Assert.Equal(("hardware", "the device hashes the inner headers of NVGRE"), (status.Mode, status.Reason));
        RssStatus rss = status.Rss!;
        Assert.Equal(["ipv4", "tcp4"], rss.Fields);
        Assert.Equal(("inner", "0x8000000000014", true), (rss.Level, rss.RssHf, rss.ReadBack));
        Assert.Equal((string.Concat(Enumerable.Repeat("6d5a", 20)), true), (rss.Key, rss.Symmetric));
        Assert.Equal((128, 64, 64), (rss.TableSize, rss.TableLeast, rss.TableMost));
        state->RssKey[39] = 0x5B;
        Assert.False(QueueReporter.Queues(f.Plane)[PlaneFixture.Underlay].Rss!.Symmetric);
    }

    [Fact]
    [Requirement("C-056")]
    public void SoftwareSpreadsWhereTheDeviceCannotAndMay()
    {
        using PlaneFixture f = new(PlaneFixture.Json(top: TwoWorkers));
        PortState* state = f.Memory.PortStates + PlaneFixture.Underlay;
        state->RxQueues = 1;
        state->Spread = QueueSpread.FewQueues;
        QueueStatus status = QueueReporter.Queues(f.Plane)[PlaneFixture.Underlay];
        Assert.Equal(("software", "the port has fewer receive queues than there are workers"), (status.Mode, status.Reason));
        Assert.Equal([50.0, 50.0], status.Workers.Select(static w => w.Expected!.Value));
        Assert.Null(status.Rss);

        using PlaneFixture off = new(PlaneFixture.Json(top: TwoWorkers.Replace("[1, 2]", "[1, 2], \"spread\": \"off\"", StringComparison.Ordinal)));
        state = off.Memory.PortStates + PlaneFixture.Underlay;
        state->RxQueues = 1;
        state->Spread = QueueSpread.FewQueues;
        status = QueueReporter.Queues(off.Plane)[PlaneFixture.Underlay];
        Assert.Equal("none", status.Mode);
        Assert.StartsWith("workers.spread is off; ", status.Reason, StringComparison.Ordinal);
        Assert.Equal([100.0, 0.0], status.Workers.Select(static w => w.Expected!.Value));
    }

    /// <summary>A hash of outer headers spreads pairs of PAs, and on an access port whatever it covers; what it lacks is named.</summary>
    [Fact]
    public void WhatADeviceHashesTooLittleOfIsNamed()
    {
        using PlaneFixture f = new(PlaneFixture.Json(top: TwoWorkers.Replace("[1, 2]", "[1, 2], \"spread\": \"off\"", StringComparison.Ordinal)));
        foreach (int port in (int[])[PlaneFixture.Access, PlaneFixture.Underlay])
        {
            PortState* state = f.Memory.PortStates + port;
            state->RxQueues = 2;
            state->Spread = QueueSpread.OuterRss;
            state->RssFields = RssFields.Ipv4 | RssFields.Ipv6 | RssFields.Tcp4 | RssFields.Tcp6;
        }

        IReadOnlyList<QueueStatus> all = QueueReporter.Queues(f.Plane);
        Assert.Equal(("hardware", "workers.spread is off; the device hashes no ports of udp4 udp6"), (all[PlaneFixture.Access].Mode, all[PlaneFixture.Access].Reason));
        Assert.Equal(("hardware", "workers.spread is off; the device does not hash the inner headers of NVGRE with their ports"), (all[PlaneFixture.Underlay].Mode, all[PlaneFixture.Underlay].Reason));
        Assert.Equal("outer", all[PlaneFixture.Underlay].Rss!.Level);
    }
}
