using System.Net;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Metrics;
using NvgreGateway.Control.Offload;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control;

/// <summary>
/// The control process (verb <c>control</c>): finds the regions, runs the control plane on its thread, serves metrics and the show
/// API. Its start and end disturb no packet: what it finds in the regions it takes over.
/// </summary>
public sealed class ControlHost
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(2);
    private readonly IEventLog _log;
    private readonly Lock _reloading = new();
    private ControlService? _service;
    private string _configPath = "";
    private RunningCopy? _copy;
    private volatile bool _reloadAsked;

    /// <summary>Makes a host.</summary>
    /// <param name="log">Where events go; null = standard error.</param>
    public ControlHost(IEventLog? log = null) => _log = log ?? new EventLog(Console.Error);

    /// <summary>How its plane runs; where it keeps the running configuration is its own affair.</summary>
    internal ControlOptions Options { get; init; } = new() { Announce = true };

    /// <summary>Runs until it is told to stop.</summary>
    /// <param name="name">The gateway's name; its regions exist.</param>
    /// <param name="configPath">The configuration file.</param>
    /// <param name="cancellation">Tells it to stop.</param>
    /// <returns>The exit code: 0 stopped, 1 failed at run time, 2 a configuration that cannot be used.</returns>
    public async Task<int> RunAsync(string name, string configPath, CancellationToken cancellation)
    {
        _configPath = configPath;
        _copy = new RunningCopy(Path.Combine(GatewayPaths.Runtime(name), "running.json"));
        GatewayMemory memory;
        try
        {
            memory = GatewayMemory.Attach(name);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ArgumentException or UnauthorizedAccessException)
        {
            _log.Write(EventSeverity.Error, "regions_unusable", ("reason", e.Message));
            return 1;
        }

        using (memory)
        {
            ConfigurationResult loaded = Load(memory);
            if (!loaded.IsValid)
            {
                foreach (ConfigurationError error in loaded.Errors)
                {
                    Console.Error.WriteLine(error);
                }

                _log.Write(EventSeverity.Error, "configuration_refused", ("file", configPath), ("errors", loaded.Errors.Count));
                return 2;
            }

            if (loaded.Configuration.Name != name)
            {
                _log.Write(EventSeverity.Error, "configuration_refused", ("file", configPath), ("reason", $"it names '{loaded.Configuration.Name}', this is '{name}'"));
                return 2;
            }

            try
            {
                return await ServeAsync(memory, loaded.Configuration, loaded.Warnings, cancellation).ConfigureAwait(false);
            }
            catch (TablesException e)
            {
                _log.Write(EventSeverity.Error, "configuration_refused", ("file", configPath), ("reason", e.Message));
                return 2;
            }
        }
    }

    /// <summary>Asks for <see cref="Reload"/> soon, on another thread: for signal handlers, which must not wait.</summary>
    public void RequestReload() => _reloadAsked = true;

    /// <summary>Reads the configuration file again and applies it; an invalid one is refused and traffic goes on untouched.</summary>
    /// <returns>What it did.</returns>
    public ReloadReport Reload()
    {
        lock (_reloading)
        {
            ConfigurationResult loaded = ConfigurationLoader.Load(_configPath);
            IReadOnlyList<string> warnings = [.. loaded.Warnings.Select(static w => w.ToString())];
            if (!loaded.IsValid)
            {
                return Report(new ReloadResult(false, false, [.. loaded.Errors.Select(static e => e.ToString())]), warnings);
            }

            ReloadResult result = _service?.Apply(loaded.Configuration, loaded.Warnings)
                ?? new ReloadResult(false, false, ["the gateway is still starting: try again"]);
            return Report(result, warnings);
        }
    }

    /// <summary>Switches an offload of a port. It lasts until the file is read again; a successor of this process keeps it.</summary>
    /// <param name="request">What is wanted.</param>
    /// <returns>What became of it; null while the gateway is starting.</returns>
    public OffloadChange? SetOffload(OffloadSwitch request) => _service?.SetOffload(request);

    private async Task<int> ServeAsync(
        GatewayMemory memory, GatewayConfiguration configuration, IReadOnlyList<ConfigurationWarning> warnings, CancellationToken cancellation)
    {
        if (_copy!.Keep(configuration) is { } problem)
        {
            _log.Write(EventSeverity.Warning, "running_copy_failed", ("file", _copy.FilePath), ("reason", problem));
        }

        Mark(memory, configuration); // after it: who dies in between has not begun, and its successor asks for the same
        foreach (ConfigurationWarning warning in warnings)
        {
            _log.Write(EventSeverity.Warning, "configuration_warning", ("path", warning.Path), ("text", warning.Message));
        }

        using var service = new ControlService(memory, configuration, warnings, _log, Options with { Copy = _copy });
        using var meter = new GatewayMeter(service, memory);
        using var writer = new PrometheusWriter(meter.Meter);
        _service = service;
        HttpServer? api = null, metrics = null;
        try
        {
            var show = new ShowEndpoints(service, Reload, SetOffload);
            try
            {
                api = await HttpServer.StartAsync(GatewayPaths.Socket(configuration.Name), show.HandleAsync).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                _log.Write(EventSeverity.Error, "api_failed", ("reason", e.Message));
                return 1;
            }

            service.Start();
            DateTime nextTry = DateTime.MinValue;
            while (!cancellation.IsCancellationRequested && !service.Ended.IsCompleted)
            {
                if (metrics is null && DateTime.UtcNow >= nextTry)
                {
                    nextTry = DateTime.UtcNow + s_retry;
                    metrics = await ListenAsync(configuration.Metrics.Listen, service, writer).ConfigureAwait(false);
                }

                if (_reloadAsked && service.IsStarted)
                {
                    _reloadAsked = false;
                    Reload();
                }

                await Task.WhenAny(service.Ended, Task.Delay(50, cancellation)).ConfigureAwait(false);
            }

            if (service.Ended.IsFaulted)
            {
                return service.Ended.Exception!.InnerException is TablesException refused ? throw refused : 1;
            }

            return 0;
        }
        finally
        {
            _service = null;
            foreach (HttpServer? server in (HttpServer?[])[metrics, api])
            {
                if (server is not null)
                {
                    await server.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
    }

    /// <summary>Without metrics the gateway still forwards: it says what is wrong, and tries again until the address is free.</summary>
    private async Task<HttpServer?> ListenAsync(IPEndPoint address, ControlService service, PrometheusWriter writer)
    {
        try
        {
            HttpServer server = await HttpServer.StartAsync(address, new MetricsEndpoints(service, writer).HandleAsync).ConfigureAwait(false);
            service.SetMetricsProblem(null);
            return server;
        }
        catch (IOException e)
        {
            service.SetMetricsProblem("metrics.listen: " + e.Message);
            return null;
        }
    }

    /// <summary>
    /// What to carry on with. A successor in the same run, or beside a data process that forwards, takes what is in force: the file
    /// may have been changed since, and nobody has asked for that yet. A new run asks for its file.
    /// </summary>
    private unsafe ConfigurationResult Load(GatewayMemory memory)
    {
        ProcessMark before = memory.Header->Control;
        ulong run = memory.Header->Supervisor.StartTime;
        bool newRun = run > before.StartTime;
        // A data process of the new run was started with the ports of its file.
        bool adopted = memory.Header->Data.StartTime < run && ProcessMarks.IsAlive(in memory.Header->Data);
        if (before.Starts > 0 && (!newRun || adopted) && _copy!.Load(DigestInForce(memory)) is { } running)
        {
            if (running.IsValid)
            {
                _reloadAsked |= newRun;
                return running;
            }

            _log.Write(EventSeverity.Warning, "running_copy_unusable", ("file", _copy.FilePath), ("reason", running.Errors[0]));
        }

        return ConfigurationLoader.Load(_configPath);
    }

    private static unsafe void Mark(GatewayMemory memory, GatewayConfiguration configuration)
    {
        memory.Header->Control = ProcessMarks.Current(memory.Header->Control.Starts + 1);
        if (Volatile.Read(ref memory.Settings->Generation) == 0)
        {
            PortTableWriter.Write(memory, configuration);
        }
    }

    private static unsafe ulong DigestInForce(GatewayMemory memory) => memory.Current.Header is var header && header != null ? header->ConfigurationDigest : 0;

    private ReloadReport Report(ReloadResult result, IReadOnlyList<string> warnings)
    {
        if (!result.Accepted)
        {
            foreach (string problem in result.Problems)
            {
                Console.Error.WriteLine(problem);
            }

            _log.Write(EventSeverity.Error, "reload_refused", ("errors", result.Problems.Count), ("first", result.Problems[0]));
        }
        else
        {
            _log.Write(EventSeverity.Info, result.Changed ? "reloaded" : "reload_unchanged", ("warnings", warnings.Count));
        }

        return new ReloadReport { Accepted = result.Accepted, Changed = result.Changed, Errors = result.Problems, Warnings = warnings };
    }
}
