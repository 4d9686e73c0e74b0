using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Tests;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>The self-test of a port, against drivers that refuse or spoil some frames, and devices that send others than they should (C-073).</summary>
public sealed unsafe class OffloadProbeTests : IDisposable
{
    private const PortOffloads Sums = PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6;
    private const PortOffloads Tso = PortOffloads.Tso4 | PortOffloads.Tso6;
    private const PortOffloads Uso = PortOffloads.Uso4 | PortOffloads.Uso6;
    private const PortOffloads Plain = PortOffloads.Ip4 | Sums | Tso | Uso;
    private const PortOffloads Nvgre = Plain | PortOffloads.Outer4 | PortOffloads.Outer6 | PortOffloads.OuterIp4;
    private const MbufFlags Cut = MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation;
    private readonly GuardedPool _pool = new(64);
    private readonly LoopNic _nic;

    public OffloadProbeTests() => _nic = new LoopNic(_pool);

    private static ProbeResult Right => new(LoopCheck.Done, default, default, default);

    public void Dispose()
    {
        Assert.Equal(0, _pool.InUse);
        _pool.Dispose();
    }

    [Fact]
    [Requirement("C-073")]
    public void ADeviceThatDoesWhatItSaysPassesWhole()
    {
        Assert.Equal(Right, Run());
        Assert.Equal(1 + (3 * 8), _nic.Sent);
        Assert.Equal(Right, Run(nvgre: Nvgre | PortOffloads.TunnelIp));
    }

    [Fact]
    [Requirement("C-073")]
    public void NothingIsSentOnADeviceThatDoesNotLoop()
    {
        Assert.Equal(new ProbeResult(LoopCheck.None, default, default, default), Run(loops: false));
        Assert.Equal(0, _nic.Sent);
        Assert.Equal(new ProbeResult(LoopCheck.None, default, default, default), Run(PortOffloads.None, PortOffloads.None));
        Assert.Equal(0, _nic.Sent);
    }

    [Fact]
    [Requirement("C-073")]
    public void ALoopThatDoesNotWorkIsNoVerdictOnOffloads()
    {
        _nic.IsOpen = false;
        Assert.Equal(new ProbeResult(LoopCheck.Failed, default, default, default), Run());
        Assert.Equal(OffloadProbe.Tries, _nic.Sent); // and nothing that asks for something
        Assert.InRange(_nic.Pauses, 1, OffloadProbe.Tries * OffloadProbe.Patience);
    }

    [Fact]
    [Requirement("C-073")]
    public void ALinkMayTakeItsTimeAndOthersMayTalk()
    {
        _nic.LostAtFirst = 3;
        _nic.Stray = Frames.FromHost();
        Assert.Equal(Right, Run());
    }

    [Fact]
    [Requirement("C-073")]
    public void WhatADriverRefusesFailsAlone()
    {
        _nic.Takes = static m => (((Mbuf*)m)->OlFlags & MbufFlags.TxTcpSegmentation) == 0;
        Assert.Equal(Right with { Plain = Refused(Tso), Nvgre = Refused(Tso), Nvgre6 = Refused(Tso) }, Run());
        // As vmxnet3 does: no IPv4 header checksum, even with segmentation.
        _nic.Takes = static m => (((Mbuf*)m)->OlFlags & MbufFlags.TxIpChecksum) == 0;
        Assert.Equal(Refused(PortOffloads.Tso4 | PortOffloads.Uso4), Run(loops: false).Plain);
        _nic.Takes = static m => (((Mbuf*)m)->OlFlags & MbufFlags.TxOuterIPv6) == 0;
        Assert.Equal(new ProbeResult(LoopCheck.None, default, default, Refused(Nvgre & ~PortOffloads.Ip4)), Run(loops: false));
    }

    [Fact]
    [Requirement("C-073")]
    public void ADriverThatSpoilsAFrameFails()
    {
        _nic.Takes = static m => ++((Mbuf*)m)->Data[3] != 0 || true;
        Assert.Equal(Refused(Sums | Tso | Uso), Run(loops: false).Plain);
        // Its sums are the driver's to begin.
        _nic.Takes = static m => ++((Mbuf*)m)->Data[14 + 20 + 16] != 0 || true;
        Assert.Equal(default, Run(PortOffloads.Tcp4, PortOffloads.None, loops: false).Plain);
    }

    public static TheoryData<string, OffloadFault> Lies => new()
    {
        { "inner sum", OffloadFault.Sum },
        { "outer sum", OffloadFault.Sum },
        { "sum left as begun", OffloadFault.Sum },
        { "segment size", OffloadFault.Size },
        { "not cut", OffloadFault.Size },
        { "FIN lost", OffloadFault.Bytes },
        { "CWR on all", OffloadFault.Bytes },
        { "VSID", OffloadFault.Bytes },
        { "payload", OffloadFault.Bytes },
        { "last one lost", OffloadFault.Missing },
        { "all lost", OffloadFault.Silent },
        { "one twice", OffloadFault.Extra },
        { "other order", OffloadFault.Extra },
        { "cut short", OffloadFault.Size },
        { "empty", OffloadFault.Silent },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    [Requirement("C-073")]
    public void ALieInOneKindAndFamilyCostsThatAlone(string lie, OffloadFault fault)
    {
        // It lies of TCP segments of IPv4 within IPv4.
        const MbufFlags Of = MbufFlags.TxTcpSegmentation | MbufFlags.TxIPv4 | MbufFlags.TxOuterIPv4;
        _nic.Lie = (flags, frames) => (flags & Of) == Of ? Tell(lie, frames) : frames;
        Assert.Equal(Right with { Nvgre = new OffloadFaults().With(PortOffloads.Tso4, fault) }, Run());
    }

    [Fact]
    [Requirement("C-073")]
    public void EveryKindOfEveryFamilyIsLookedAt()
    {
        foreach (ProbeFrame frame in ProbeFrame.All)
        {
            _nic.Lie = (_, frames) => frames.Select(f => f[5] == frame.Number ? Changed(f, f.Length - 1) : f);
            OffloadFaults one = new OffloadFaults().With(frame.Bit, OffloadFault.Bytes);
            Assert.Equal(
                frame.Family switch { ProbeFamily.Plain => Right with { Plain = one }, ProbeFamily.Outer4 => Right with { Nvgre = one }, _ => Right with { Nvgre6 = one } }, Run());
        }
    }

    [Fact]
    [Requirement("C-073")]
    public void ADuplicateThatComesLateIsStillCounted()
    {
        byte[]? kept = null;
        _nic.Lie = (flags, frames) =>
        {
            if (kept is { } late)
            {
                kept = null;
                return [late, .. frames];
            }

            kept = (flags & (MbufFlags.TxL4Mask | MbufFlags.TxIPv6 | Cut | MbufFlags.TxTunnelMask)) == (MbufFlags.TxUdpChecksum | MbufFlags.TxIPv6) ? frames[0] : null;
            return frames;
        };
        Assert.Equal(Right with { Plain = new OffloadFaults().With(PortOffloads.Udp6, OffloadFault.Extra) }, Run());
    }

    [Fact]
    [Requirement("C-073")]
    public void WithoutBuffersNothingIsTrusted()
    {
        _pool.Budget = 0;
        Assert.Equal(OffloadFaults.All(Sums | Tso | Uso, OffloadFault.Untested), Run().Plain);
        Assert.Equal(0, _nic.Sent);
        for (int budget = 1; budget < 160; budget += 3)
        {
            _pool.Budget = budget; // wherever they end, all of them return
            _ = Run();
        }
    }

    [Fact]
    [Requirement("C-073")]
    public void ADeviceThatDoesNothingAtAllIsFoundALiar()
    {
        _nic.Lie = (_, _) => [];
        Assert.Equal(LoopCheck.Failed, Run().Loop);
        _nic.Lie = static (flags, frames) => flags == MbufFlags.None ? frames : [];
        Assert.Equal(OffloadFaults.All(Sums | Tso | Uso, OffloadFault.Silent), Run().Nvgre6);
    }

    private static IEnumerable<byte[]> Tell(string lie, List<byte[]> frames)
    {
        const int Outer = 14 + 20, Inner = Outer + 8 + 14, Tcp = Inner + 20;
        Assert.Equal(4, frames.Count);
        return lie switch
        {
            "inner sum" => [.. frames[..2], Changed(frames[2], Inner + 10), frames[3]],
            "outer sum" => [frames[0], Changed(frames[1], 14 + 11), .. frames[2..]],
            "sum left as begun" => frames.Select(static f => Changed(f, Tcp + 16)),
            "segment size" => [[.. frames[0], 0, 0], .. frames[1..]],
            "not cut" => [[.. frames[0], .. frames[1][(Tcp + 20)..], .. frames[2][(Tcp + 20)..], .. frames[3][(Tcp + 20)..]]],
            "FIN lost" => [.. frames[..3], Changed(frames[3], Tcp + 13)],
            "CWR on all" => frames.Select((f, i) => i == 0 ? f : Changed(f, Tcp + 13, 0x80)),
            "VSID" => [frames[0], .. frames[1..].Select(static f => Changed(f, Outer + 5))],
            "payload" => [frames[0], frames[1], Changed(frames[2], Tcp + 100), frames[3]],
            "last one lost" => frames[..3],
            "all lost" => [],
            "one twice" => [frames[0], frames[1], frames[1], .. frames[2..]],
            "other order" => [frames[0], frames[2], frames[1], frames[3]],
            "cut short" => [.. frames[..3], frames[3][..^1]],
            "empty" => [[0]],
            _ => throw new ArgumentException(lie),
        };
    }

    private static byte[] Changed(byte[] frame, int at, byte bits = 1)
    {
        byte[] copy = [.. frame];
        copy[at] ^= bits;
        return copy;
    }

    private static OffloadFaults Refused(PortOffloads kinds) => OffloadFaults.All(kinds, OffloadFault.Refused);

    private ProbeResult Run(PortOffloads plain = Plain, PortOffloads nvgre = Nvgre, bool loops = true) => OffloadProbe.Run(plain, nvgre, _nic, loops);
}
