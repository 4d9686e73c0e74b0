using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The self-test of a port, against drivers that refuse or spoil some frames (C-073).</summary>
public sealed unsafe class OffloadProbeTests : IDisposable
{
    private const PortOffloads Cut = PortOffloads.Tso4 | PortOffloads.Tso6;
    private readonly FakeDevice _device = new(1, 1, 8);

    public void Dispose() => _device.Dispose();

    [Fact]
    [Requirement("C-073")]
    public void ADriverThatTakesAllPassesWhole()
    {
        Assert.Equal(OffloadTests.All, Probe(OffloadTests.All, tunnel: true, static _ => true));
        Assert.Equal(OffloadTests.All, Probe(OffloadTests.All, tunnel: false, static _ => true));
        Assert.Equal(PortOffloads.None, Probe(OffloadTests.All, tunnel: true, static _ => false));
        Assert.Equal(PortOffloads.None, Probe(PortOffloads.None, tunnel: false, static _ => true));
    }

    [Fact]
    [Requirement("C-073")]
    public void WhatIsRefusedFailsAlone()
    {
        Assert.Equal(OffloadTests.All & ~Cut, Probe(OffloadTests.All, tunnel: true, static m => (m->OlFlags & MbufFlags.TxTcpSegmentation) == 0));
        // As vmxnet3 does: no IPv4 header checksum, even with segmentation.
        Assert.Equal(OffloadTests.All & ~PortOffloads.Tso4, Probe(OffloadTests.All, tunnel: false, static m => (m->OlFlags & MbufFlags.TxIpChecksum) == 0));
        Assert.Equal(
            OffloadTests.All & ~PortOffloads.Udp6, Probe(OffloadTests.All, tunnel: false, static m => (m->OlFlags & (MbufFlags.TxUdpChecksum | MbufFlags.TxIPv6)) != (MbufFlags.TxUdpChecksum | MbufFlags.TxIPv6)));
    }

    [Fact]
    [Requirement("C-073")]
    public void AnOuterFamilyThatDoesLessIsLeftOut()
    {
        PortOffloads passed = Probe(OffloadTests.All, tunnel: true, static m => (m->OlFlags & MbufFlags.TxOuterIPv6) == 0);
        Assert.Equal(OffloadTests.All & ~PortOffloads.Outer6, passed);
    }

    [Fact]
    [Requirement("C-073")]
    public void ADriverThatSpoilsAFrameFails()
    {
        Assert.Equal(PortOffloads.None, Probe(OffloadTests.All, tunnel: true, static m => ++m->Data[5] != 0 || true));
        // Its sums are the driver's to begin.
        Assert.Equal(PortOffloads.Tcp4, Probe(PortOffloads.Tcp4, tunnel: false, static m => ++m->Data[14 + 20 + 16] != 0 || true));
    }

    private PortOffloads Probe(PortOffloads set, bool tunnel, OffloadProbe.Prepare prepare)
    {
        Mbuf* m = _device.Pool.Receive(new byte[1536], 1);
        PortOffloads passed = OffloadProbe.Passing(set, tunnel, m, prepare);
        Assert.Equal(MbufFlags.None, m->OlFlags);
        m->DataLen = 1536;
        m->PktLen = 1536;
        _device.Pool.Free(m);
        return passed;
    }
}
