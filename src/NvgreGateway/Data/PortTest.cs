using NvgreGateway.Dataplane;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Data;

/// <summary>
/// Runs the self-test of a port (C-073) as its device allows: in the loopback mode of the device, on a device that loops by nature, or by
/// asking the driver alone. Frames are sent only where <see cref="DriverQuirk.Loopback"/> or <see cref="DriverQuirk.Loops"/> says that
/// none of them reaches a wire.
/// </summary>
internal sealed class PortTest
{
    private readonly DeviceName _device;
    private readonly DriverQuirk _quirk;
    private readonly SelfTest _wanted;
    private readonly PortOffloads _plain;
    private readonly PortOffloads _nvgre;
    private readonly MbufPool _pool;
    private readonly Action? _alive;
    private ProbeResult? _result;

    internal PortTest(DeviceName device, DriverQuirk quirk, SelfTest wanted, PortOffloads plain, PortOffloads nvgre, MbufPool pool, Action? alive = null)
    {
        _device = device;
        _quirk = quirk;
        _wanted = wanted;
        _plain = plain;
        _nvgre = nvgre;
        _pool = pool;
        _alive = alive;
    }

    private bool Anything => ((_plain | _nvgre) & PortOffloads.Kinds) != 0;

    // A ring with arguments may be shared with somebody.
    private bool LoopsByNature => _quirk.Loops && _device.Arguments.Length == 0;

    /// <summary>Tests a port that was set up and is not started, where its device has a loopback mode; sets it up once more as it was.</summary>
    /// <param name="port">The port.</param>
    /// <param name="options">How it was set up.</param>
    /// <exception cref="DpdkException">It did not let itself be set up as it was.</exception>
    internal void BeforeStart(Port port, PortOptions options)
    {
        if (!Anything || _wanted == SelfTest.Off || _quirk.Loopback == 0)
        {
            return;
        }

        bool started = false;
        try
        {
            port.Configure(options with { Loopback = _quirk.Loopback, Promiscuous = true, RxOffloads = options.RxOffloads & ~RxOffloads.TcpLro });
            started = true; // it may fail half way; a port that is not started stops without a word
            port.Start();
            _result = OffloadProbe.Run(_plain, _nvgre, new LoopDevice(port, _pool, _alive), loops: true);
        }
        catch (DpdkException e)
        {
            Console.Error.WriteLine($"dataplane: {e.Message}; its offloads are not tested by loopback");
        }

        if (started)
        {
            port.Stop();
        }

        if (_result is not { Loop: LoopCheck.Done })
        {
            _result = null;
        }

        port.Configure(options);
    }

    /// <summary>Tests a port that is started, unless that was done before.</summary>
    /// <param name="port">The port; no worker uses it.</param>
    /// <returns>What was found.</returns>
    internal ProbeResult AfterStart(Port port)
    {
        if (!Anything)
        {
            return default;
        }

        ProbeResult result = _result ?? OffloadProbe.Run(_plain, _nvgre, new LoopDevice(port, _pool, _alive), LoopsByNature && _wanted != SelfTest.Off);
        if (result.Loop == LoopCheck.None)
        {
            bool able = _quirk.Loopback != 0 || LoopsByNature;
            result = result with { Loop = !able ? LoopCheck.Unable : _wanted == SelfTest.Off ? LoopCheck.Unwanted : LoopCheck.Failed };
        }

        if (_wanted == SelfTest.Force && result.Loop != LoopCheck.Done)
        {
            var untested = OffloadFaults.All(PortOffloads.Kinds, OffloadFault.Untested);
            result = new ProbeResult(result.Loop, untested, untested, untested);
        }

        return result;
    }
}
