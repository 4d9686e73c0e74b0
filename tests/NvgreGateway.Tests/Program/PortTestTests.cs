using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;
using NvgreGateway.Data;
using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Tests.Program;

/// <summary>
/// The self-test of ports on true devices of DPDK that need no hardware (C-073): net_ring, which receives what it sends and does nothing to
/// it, and net_null, which does not loop. What they are claimed to do is a lie that only the loop tells.
/// </summary>
public sealed unsafe class PortTestTests : IDisposable
{
    private const PortOffloads Sums = PortOffloads.Tcp4 | PortOffloads.Tcp6 | PortOffloads.Udp4 | PortOffloads.Udp6;
    private const PortOffloads Tso = PortOffloads.Tso4 | PortOffloads.Tso6;
    private const PortOffloads Plain = PortOffloads.Ip4 | Sums | Tso;
    private const PortOffloads Nvgre = Plain | PortOffloads.Outer4 | PortOffloads.Outer6 | PortOffloads.OuterIp4;
    private static readonly OffloadFaults s_idle = OffloadFaults.All(Tso, OffloadFault.Size) is var tso
        ? new OffloadFaults(tso.Bits | OffloadFaults.All(Sums, OffloadFault.Sum).Bits) : default;

    private readonly Eal _eal;
    private readonly MbufPool _pool;

    public PortTestTests()
    {
        _eal = Eal.Start(new EalOptions { FilePrefix = $"self-test-{Environment.ProcessId}", Memory = EalMemory.Ordinary, Megabytes = 128 });
        _pool = MbufPool.Create("self-test", 2047);
    }

    public void Dispose()
    {
        _pool.Dispose();
        _eal.Dispose();
    }

    // One test: a process has one EAL, and only once.
    [Fact]
    [Requirement("C-073")]
    public void OnlyALoopTellsWhatADeviceReallySends()
    {
        // A ring that does nothing: found out in everything that it is claimed to do, and all buffers are back.
        Assert.Equal(new ProbeResult(LoopCheck.Done, s_idle, s_idle, s_idle), Test("net_ring0", "net_ring", SelfTest.Auto, out PortStatistics ring));
        Assert.Equal(1ul + (3 * 6), ring.TxPackets);
        NothingIsInForce();
        Assert.Equal(ring.TxPackets, ring.RxPackets);

        // Claimed to do nothing, there is nothing to test.
        Assert.Equal(default, Test("net_ring1", "net_ring", SelfTest.Auto, out ring, claim: false));
        Assert.Equal(0ul, ring.TxPackets);

        // Its driver takes it all, and alone it would be believed.
        Assert.Equal(new ProbeResult(LoopCheck.Unwanted, default, default, default), Test("net_ring2", "net_ring", SelfTest.Off, out ring));
        Assert.Equal(0ul, ring.TxPackets);

        // Not on what may be shared with somebody, nor on what does not loop.
        Assert.Equal(LoopCheck.Unable, Test("net_ring3,nodeaction=shared:0:CREATE", "net_ring", SelfTest.Auto, out ring).Loop);
        Assert.Equal(0ul, ring.TxPackets);
        Assert.Equal(new ProbeResult(LoopCheck.Unable, default, default, default), Test("net_null0", "net_null", SelfTest.Auto, out PortStatistics none));
        Assert.Equal(0ul, none.TxPackets);

        // What is not proved is not used, if that is asked for.
        var untested = OffloadFaults.All(PortOffloads.Kinds, OffloadFault.Untested);
        Assert.Equal(new ProbeResult(LoopCheck.Unable, untested, untested, untested), Test("net_null1", "net_null", SelfTest.Force, out none));
        Assert.Equal(0ul, none.TxPackets);
        Assert.Equal(new ProbeResult(LoopCheck.Done, s_idle, s_idle, s_idle), Test("net_ring4", "net_ring", SelfTest.Force, out _));

        // A device with a loopback mode: set up, started, tested, stopped, set up again as it was. This one does not go into it.
        Assert.Equal(LoopCheck.Failed, Test("net_null2", "net_igc", SelfTest.Auto, out none).Loop);
        Assert.Equal(new ProbeResult(LoopCheck.Done, s_idle, s_idle, s_idle), Test("net_ring5", "net_igc", SelfTest.Auto, out _));
    }

    // What was found, as control sees it: the port stays without, and says why.
    private static void NothingIsInForce()
    {
        const DeviceOffloads Claimed = DeviceOffloads.Tx;
        var plan = new OffloadPlan(
            new OffloadFacts
            {
                Driver = "net_ring", Device = "net_ring0", Underlay = true, Reported = Claimed, Asked = Claimed, Tested = true,
                Loop = LoopCheck.Done, PlainFaults = s_idle, NvgreFaults = s_idle, Nvgre6Faults = s_idle,
            },
            OffloadConfiguration.Auto);
        Assert.Equal(PortOffloads.None, (plan.Sets.Plain | plan.Sets.Nvgre) & (Sums | Tso));
        Assert.Contains("plain, nvgre: the self-test failed: a checksum was wrong in what came back by loopback", Reason("csum.tcp4"), StringComparison.Ordinal);
        Assert.Contains("plain, nvgre: the self-test failed: what came back by loopback was not cut to size", Reason("tso.inner6"), StringComparison.Ordinal);

        string? Reason(string word) => plan.States().Single(s => s.Word == word).Reason;
    }

    private ProbeResult Test(string device, string driver, SelfTest wanted, out PortStatistics statistics, bool claim = true)
    {
        DeviceName name = DeviceName.Parse(device);
        _eal.Attach(name);
        Port port = device.Contains("shared", StringComparison.Ordinal) ? Port.All().First(static p => p.Name.Contains("shared", StringComparison.Ordinal)) : Port.Find(name);
        var options = new PortOptions { RxPools = [_pool], TxOffloads = TxOffloads.MultiSegments & port.Capabilities.TxOffloads };
        port.Configure(options);
        int before = _pool.InUse;
        var test = new PortTest(name, DriverQuirks.Of(driver), wanted, claim ? Plain : PortOffloads.None, claim ? Nvgre : PortOffloads.None, _pool);
        test.BeforeStart(port, options);
        port.Start();
        ProbeResult result = test.AfterStart(port);
        Assert.True(port.TryReadStatistics(out statistics));
        Assert.Equal(before, _pool.InUse);
        port.Stop();
        port.Close();
        return result;
    }
}
