using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tests.Loop;

/// <summary>Regions in shared memory with a control process in this one; the data process is <see cref="FakeDataProcess"/>.</summary>
internal sealed class HostFixture : IDisposable
{
    private static int s_number;
    private readonly CancellationTokenSource _stop = new();

    public HostFixture(int? metricsPort = null)
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"unit-{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}");
        MetricsPort = metricsPort ?? FreePort();
        Folder = Directory.CreateTempSubdirectory(Name).FullName;
        WriteConfiguration(Json());
        Memory = GatewayMemory.Create(Name, GatewayTables.LimitsFor(PlaneFixture.Parse(Json())), "test", hugePages: false);
    }

    public string Name { get; }

    public string Folder { get; }

    public int MetricsPort { get; }

    public GatewayMemory Memory { get; }

    public RecordingLog Log { get; } = new();

    public ControlHost? Host { get; private set; }

    public Task<int>? Running { get; private set; }

    public string ConfigurationPath => Path.Combine(Folder, "gateway.json");

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public static void Eventually(Func<bool> condition, string what, double seconds = 30)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed.TotalSeconds < seconds, what);
            Thread.Sleep(10);
        }
    }

    public string Json(string peers = "\"192.0.2.2\"") => PlaneFixture.Json(
        peers: peers, top: string.Create(CultureInfo.InvariantCulture, $", \"metrics\": {{ \"listen\": \"127.0.0.1:{MetricsPort}\" }}"))
        .Replace("\"unit\"", $"\"{Name}\"", StringComparison.Ordinal);

    public void WriteConfiguration(string json) => File.WriteAllText(ConfigurationPath, json);

    public void StartHost(ControlOptions? options = null)
    {
        Host = new ControlHost(Log) { Options = options ?? new ControlOptions { Announce = true } };
        Running = Task.Run(() => Host.RunAsync(Name, ConfigurationPath, _stop.Token));
    }

    public void WaitUntilReady() => Eventually(() => Get("/readyz").Status == 200, "it does not become ready");

    public (int Status, string Body) Get(string path)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{MetricsPort}{path}"));
            using HttpResponseMessage response = client.Send(request);
            using var reader = new StreamReader(response.Content.ReadAsStream());
            return ((int)response.StatusCode, reader.ReadToEnd());
        }
        catch (HttpRequestException)
        {
            return (0, "");
        }
    }

    public ControlClient Client() => new(Name);

    public int StopHost()
    {
        _stop.Cancel();
        Assert.True(Running!.Wait(TimeSpan.FromSeconds(60)), "the control process does not stop");
        return Running.Result;
    }

    public void Dispose()
    {
        if (Running is { IsCompleted: false })
        {
            StopHost();
        }

        Memory.Dispose();
        GatewayMemory.Delete(Name);
        Directory.Delete(Folder, recursive: true);
        if (Directory.Exists(GatewayPaths.Runtime(Name)))
        {
            Directory.Delete(GatewayPaths.Runtime(Name), recursive: true);
        }

        _stop.Dispose();
    }
}
