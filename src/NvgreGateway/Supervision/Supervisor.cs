using System.Diagnostics;
using System.Reflection;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Verbs;

namespace NvgreGateway.Supervision;

/// <summary>
/// <c>run</c>: takes the lock of the name, makes the regions, starts the data and the control process, watches both and starts again
/// what ends. Either survives the supervisor: the next one of the same name adopts them.
/// </summary>
internal sealed unsafe class Supervisor : IDisposable
{
    // Failures in a row, at the first start, after which the reason is told and everything stops.
    private const int HopelessStarts = 3;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly GatewayConfiguration _configuration;
    private readonly GatewayMemory _memory;
    private readonly Role _data;
    private readonly Role _control;
    private readonly bool _fresh;
    private volatile bool _stop;
    private volatile bool _reload;
    private bool _ready;
    private bool _hopeless;

    private Supervisor(GatewayConfiguration configuration, string path, GatewayMemory memory, bool fresh)
    {
        _configuration = configuration;
        _memory = memory;
        _fresh = fresh;
        _data = new Role(
            "dataplane",
            ["--name", configuration.Name],
            new Dictionary<string, string>
            {
                // The process that polls must never collect: a budget that its start does not use up, and no background collector.
                ["DOTNET_gcServer"] = "0",
                ["DOTNET_gcConcurrent"] = "0",
                ["DOTNET_GCgen0size"] = "10000000", // hexadecimal: 256 MB
                ["DOTNET_TieredCompilation"] = "1",
            });
        _control = new Role(
            "control",
            ["--name", configuration.Name, "--config", Path.GetFullPath(path)],
            new Dictionary<string, string> { ["DOTNET_gcServer"] = "0", ["DOTNET_gcConcurrent"] = "1" });
    }

    /// <summary>Runs a gateway until it is told to stop.</summary>
    /// <param name="path">The configuration file.</param>
    /// <param name="configuration">What it holds.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(string path, GatewayConfiguration configuration)
    {
        using NameLock? held = NameLock.TryTake(configuration.Name, out string holder);
        if (held is null)
        {
            Console.Error.WriteLine(
                $"a gateway named '{configuration.Name}' is running already: {holder} holds {GatewayPaths.Lock(configuration.Name)}");
            return 1;
        }

        GatewayMemory memory;
        bool fresh;
        try
        {
            (memory, fresh) = Regions(configuration);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine($"cannot make the regions of '{configuration.Name}': {e.Message}");
            return 1;
        }

        using (memory)
        using (var supervisor = new Supervisor(configuration, path, memory, fresh))
        {
            using var signals = new TakenSignals(() => supervisor._stop = true, () => supervisor._reload = true);
            return supervisor.Watch();
        }
    }

    public void Dispose()
    {
        _data.Dispose();
        _control.Dispose();
    }

    private static string Build => "nvgre-gateway " + (typeof(Supervisor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "?");

    /// <summary>The regions of the name: those that live, or hold what a killed gateway learned; else new ones.</summary>
    private static (GatewayMemory Memory, bool Fresh) Regions(GatewayConfiguration configuration)
    {
        string name = configuration.Name;
        ExchangeLimits wanted = GatewayTables.LimitsFor(configuration);
        if (File.Exists(Path.Combine(GatewayPaths.SharedMemory(name), "header")))
        {
            try
            {
                GatewayMemory memory = GatewayMemory.Attach(name);
                if (Posix.IsAlive(memory.Header->Data) || Posix.IsAlive(memory.Header->Control)
                    || (Fits(memory.Limits, wanted) && HasPorts(memory, configuration)))
                {
                    return (memory, false);
                }

                memory.Dispose();
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                Console.Error.WriteLine($"supervisor: old regions are not used: {e.Message}");
            }
        }

        GatewayMemory made = GatewayMemory.Create(name, wanted, Build, configuration.Memory.Hugepages != HugepageMode.Off);
        PortTableWriter.Write(made, configuration);
        return (made, true);
    }

    private static bool Fits(in ExchangeLimits have, in ExchangeLimits want) =>
        have.Ports == want.Ports && have.Workers == want.Workers && have.FdbCapacity == want.FdbCapacity && have.Segments >= want.Segments
        && have.Attachments >= want.Attachments && have.Peers >= want.Peers && have.NextHops >= want.NextHops && have.SnapshotBytes >= want.SnapshotBytes;

    /// <summary>Whether the regions are of the same ports in the same order: what stands in them names ports by index.</summary>
    private static bool HasPorts(GatewayMemory memory, GatewayConfiguration configuration)
    {
        for (int i = 0; i < configuration.Ports.Count; i++)
        {
            PortTableEntry* entry = memory.PortTable + i;
            if (GatewayMemory.Text(entry->Name, 64) != configuration.Ports[i].Name || GatewayMemory.Text(entry->Device, 384) != configuration.Ports[i].Device)
            {
                return false;
            }
        }

        return true;
    }

    // The signal would end a control process that has only just begun: it marks the regions once it takes it.
    private bool ControlListens => _control.IsRunning && _memory.Header->Control.ProcessId == (ulong)_control.ProcessId;

    private int Watch()
    {
        _memory.Header->Supervisor = Posix.Mark(_memory.Header->Supervisor.Starts + 1);
        Volatile.Write(ref _memory.Settings->Stop, 0);
        bool adoptedData = _data.Adopt(_memory.Header->Data), adoptedControl = _control.Adopt(_memory.Header->Control);
        if (adoptedData || adoptedControl)
        {
            Log("adopted", adoptedData ? $"data process {_data.ProcessId}" : "", adoptedControl ? $"control process {_control.ProcessId}" : "");
            // The file may have changed since; an unchanged one is a no-op.
            _reload = adoptedControl;
        }
        else if (!_fresh)
        {
            // Both died with their supervisor: the tables stay, the port table is written for the data process that starts now.
            PortTableWriter.Write(_memory, _configuration);
        }

        if (!adoptedData)
        {
            _memory.Phase = DataPhase.Starting; // what a dead process said last is not so any more
        }

        while (!_stop)
        {
            Start(_data);
            Start(_control);
            if (_reload && ControlListens)
            {
                _reload = false;
                Posix.Signal(_control.ProcessId, Posix.SigHup);
            }

            TellReady();
            Posix.Wait([_data.Descriptor, _control.Descriptor], 50);
            if (Ended(_data) || Ended(_control))
            {
                continue;
            }

            if (!_ready && _data.Failures >= HopelessStarts)
            {
                Console.Error.WriteLine("the data process does not start: it said why above");
                return Finish(1);
            }

            if (!_ready && _control.Failures >= HopelessStarts)
            {
                Console.Error.WriteLine("the control process does not start: it said why above");
                return Finish(1);
            }
        }

        Log("stopping");
        return Finish(0);
    }

    private void Start(Role role)
    {
        if (!role.IsRunning && Stopwatch.GetTimestamp() >= role.RestartAt && (_ready || role.Failures < HopelessStarts))
        {
            role.Start();
            Log("started", $"{role.Verb} process {role.ProcessId}");
        }
    }

    private bool Ended(Role role)
    {
        if (!role.IsRunning || !Posix.Wait([role.Descriptor], 0))
        {
            return false;
        }

        int pid = role.ProcessId;
        Log("ended", $"{role.Verb} process {pid}: it {role.Ended()}");
        if (role == _data && _memory.Phase != DataPhase.Failed)
        {
            _memory.Phase = DataPhase.Starting; // control waits for no worker of a dead process
        }

        if (role == _data && !_ready && _memory.Phase == DataPhase.Failed)
        {
            // A device that cannot be opened now will not be there in a second: say so at once.
            Console.Error.WriteLine("the data process does not start: it said why above");
            _stop = true;
            _hopeless = true;
        }

        return true;
    }

    private void TellReady()
    {
        bool forwarding = _memory.Phase == DataPhase.Forwarding && _memory.Header->Published != 0;
        if (forwarding && !_ready)
        {
            _ready = true;
            Console.Out.WriteLine($"{_configuration.Name}: forwarding on {Tables.Count(_configuration.Ports.Count, "port")}, {Tables.Count(_configuration.Segments.Count, "segment")}; metrics at http://{_configuration.Metrics.Listen}/metrics");
            Console.Out.Flush();
        }
    }

    private int Finish(int code)
    {
        _control.Stop(s_patience);
        Volatile.Write(ref _memory.Settings->Stop, 1);
        _data.Stop(s_patience, asked: true);
        GatewayMemory.Delete(_configuration.Name);
        Log("stopped");
        return _hopeless ? 1 : code;
    }

    private static void Log(string what, params string[] details) =>
        Console.Error.WriteLine($"supervisor: {what}{(details.Any(d => d.Length > 0) ? ": " + string.Join(", ", details.Where(d => d.Length > 0)) : "")}");
}
