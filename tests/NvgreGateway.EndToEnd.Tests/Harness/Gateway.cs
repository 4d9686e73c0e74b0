using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>The program under test, run as a user runs it: by ./nvgre-gateway in the root.</summary>
internal sealed class Gateway : IDisposable
{
    private const string NameVariable = "NVGRE_GATEWAY_TEST_NAME";

    private readonly Lab _lab;
    private readonly string? _namespace;
    private readonly int _metricsPort;
    private BackgroundProcess? _process;

    /// <param name="lab">The lab that ends it.</param>
    /// <param name="configuration">Ports, segments and whatever the test is about; name, metrics, memory and idle are set here.</param>
    /// <param name="networkNamespace">The namespace to run in; null is the machine's own.</param>
    public Gateway(Lab lab, JsonObject configuration, string? networkNamespace = null)
    {
        _lab = lab;
        _namespace = networkNamespace;
        _metricsPort = FreePort();
        Configuration = configuration;
        Name = lab.Name("gw");
        configuration["name"] = Name;
        configuration["metrics"] = new JsonObject { ["listen"] = $"127.0.0.1:{_metricsPort}" };
        configuration["memory"] ??= new JsonObject { ["hugepages"] = "off" };
        configuration["announce"] ??= new JsonObject { ["repeats"] = 0, ["intervalSeconds"] = 0 }; // frames are counted: none without a cause
        configuration["workers"] ??= new JsonObject { ["cores"] = new JsonArray(WorkerCore), ["idle"] = "sleep" };
        ConfigurationFile = Path.Combine(lab.Folder, Name + ".json");
        WriteConfiguration();
        lab.Add(this);
    }

    /// <summary>The core for a worker: not the first one, where there is another.</summary>
    public static int WorkerCore => Environment.ProcessorCount > 1 ? 1 : 0;

    public string Name { get; }

    public JsonObject Configuration { get; }

    public string ConfigurationFile { get; }

    public string MetricsAddress => $"127.0.0.1:{_metricsPort}";

    public BackgroundProcess Supervisor => _process ?? throw new InvalidOperationException("not started");

    /// <summary>Writes the configuration again, after the test changed it.</summary>
    public void WriteConfiguration() =>
        File.WriteAllText(ConfigurationFile, Configuration.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public void Start()
    {
        Launch();
        bool ready = Shell.Eventually(() => Supervisor.HasExited || Supervisor.Output.Contains($"{Name}: forwarding on ", StringComparison.Ordinal), 90, 20);
        Assert.True(ready && !Supervisor.HasExited, "the gateway did not become ready:\n" + Supervisor.Output);
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public void Launch()
    {
        List<string> arguments = _namespace is null ? [] : ["ip", "netns", "exec", _namespace];
        // Whoever runs the tests by nohup, or in the background, has these signals ignored, and so would the gateway.
        arguments.AddRange(["env", "--default-signal=HUP,INT", $"{NameVariable}={Name}", Path.Combine(Machine.Root, "nvgre-gateway"), "run", "--config", ConfigurationFile]);
        _process = new BackgroundProcess(_lab.LogFile(Name), [.. arguments]);
    }

    /// <summary>
    /// Stops it as a service manager does, at the end of a test: its last account must close (F-020), and it must end cleanly and leave
    /// no process behind.
    /// </summary>
    public void Stop()
    {
        Accounting.MustBalance(this);
        Supervisor.Signal(15);
        int exitCode = Supervisor.WaitForExit(60);
        Assert.True(exitCode == 0, $"exit code {exitCode} after SIGTERM\n{Supervisor.Output}");
        Assert.Empty(Processes());
    }

    /// <summary>The answer of /readyz is 200.</summary>
    public bool IsReady() => Fetch("/readyz").Status == 200;

    /// <summary>The status and the body of an address of the metrics endpoint; status 0 where nobody answers.</summary>
    public (int Status, string Body) Fetch(string path)
    {
        CommandResult result = Shell.Try($"{Exec}curl -s -m 10 -w '\\n%{{http_code}}' http://{MetricsAddress}{path}");
        int end = result.Output.TrimEnd().LastIndexOf('\n');
        return end < 0 ? (0, "") : (int.Parse(result.Output.AsSpan(end + 1), CultureInfo.InvariantCulture), result.Output[..(end + 1)]);
    }

    /// <summary>All metrics now.</summary>
    public MetricsSnapshot Metrics()
    {
        (int status, string body) = Fetch("/metrics");
        Assert.True(status == 200, $"/metrics answers {status}");
        return MetricsSnapshot.Parse(body);
    }

    /// <summary>What <c>show WHAT --json</c> prints.</summary>
    public JsonNode Show(string what)
    {
        string output = Shell.Run($"{Machine.Root}/nvgre-gateway show {what} --json --name {Name}");
        return JsonNode.Parse(output) ?? throw new InvalidOperationException("empty answer");
    }

    /// <summary>What <c>show WHAT</c> prints for people.</summary>
    public string ShowTable(string what) => Shell.Run($"{Machine.Root}/nvgre-gateway show {what} --name {Name}");

    /// <summary>The process id of a role: the verb of its command line (<c>run</c>, <c>dataplane</c>, <c>control</c>); null where none runs.</summary>
    public int? ProcessOf(string verb)
    {
        foreach (int id in Processes())
        {
            if (CommandLineOf(id).Contains(verb))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>Kills a role with signal 9; returns its process id.</summary>
    public int Kill(string verb)
    {
        int? id = ProcessOf(verb);
        Assert.True(id is not null, $"no {verb} process runs");
        BackgroundProcess.Signal(id.Value, 9);
        return id.Value;
    }

    public void Dispose()
    {
        foreach (int id in Processes().OrderBy(p => CommandLineOf(p).Contains("run") ? 0 : 1))
        {
            // A process may end by itself meanwhile.
            Shell.Try($"kill -TERM {id}");
            if (!Shell.Eventually(() => !Directory.Exists($"/proc/{id}"), 10))
            {
                Shell.Try($"kill -KILL {id}");
            }
        }

        _process?.Dispose();
    }

    private string Exec => _namespace is null ? "" : $"ip netns exec {_namespace} ";

    private IReadOnlyList<int> Processes()
    {
        List<int> found = [];
        byte[] mark = Encoding.ASCII.GetBytes($"\0{NameVariable}={Name}\0");
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id))
            {
                continue;
            }

            try
            {
                if (Encoding.ASCII.GetBytes("\0" + File.ReadAllText($"{folder}/environ", Encoding.Latin1)).AsSpan().IndexOf(mark) >= 0)
                {
                    found.Add(id);
                }
            }
            catch (IOException)
            {
                // It ended while we looked.
            }
            catch (UnauthorizedAccessException)
            {
                // A thread of the kernel, or a process that is not ours.
            }
        }

        return found;
    }

    private static string[] CommandLineOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>A TCP port of the loopback address that nobody listens on.</summary>
    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
