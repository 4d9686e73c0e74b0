using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NvgreGateway.Control.Tracing;
using NvgreGateway.Control.Offload;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Api;

/// <summary>Asks the control process of a running gateway over its Unix socket. One per command; not for several threads.</summary>
public sealed class ControlClient : IDisposable
{
    private readonly HttpClient _http;

    /// <summary>A client of the gateway of a name; connects with the first request.</summary>
    /// <param name="name">The gateway's name.</param>
    public ControlClient(string name)
        : this(GatewayPaths.Socket(name), name)
    {
    }

    internal ControlClient(string socket, string name)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation).ConfigureAwait(false);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch (SocketException e)
                {
                    connection.Dispose();
                    // A missing file comes as an address error, which says little to a person.
                    string why = File.Exists(socket) ? e.Message : "it is not running";
                    throw new IOException($"no gateway named '{name}' answers at {socket}: {why}", e);
                }
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://gateway"), Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>The segments.</summary>
    /// <returns>One status each, in the order of the configuration.</returns>
    public Task<IReadOnlyList<SegmentStatus>> SegmentsAsync() => GetAsync("/segments", ApiJson.Default.IReadOnlyListSegmentStatus);

    /// <summary>The peers.</summary>
    /// <returns>One status for each (segment, PA).</returns>
    public Task<IReadOnlyList<PeerStatus>> PeersAsync() => GetAsync("/peers", ApiJson.Default.IReadOnlyListPeerStatus);

    /// <summary>The FDB.</summary>
    /// <returns>Its status and entries.</returns>
    public Task<FdbStatus> FdbAsync() => GetAsync("/fdb", ApiJson.Default.FdbStatus);

    /// <summary>The next hops.</summary>
    /// <returns>One status each.</returns>
    public Task<IReadOnlyList<NeighborStatus>> NeighborsAsync() => GetAsync("/neighbors", ApiJson.Default.IReadOnlyListNeighborStatus);

    /// <summary>The addresses of tenants that the gateway answers for.</summary>
    /// <returns>One status each, by segment and address.</returns>
    public Task<IReadOnlyList<BindingStatus>> BindingsAsync() => GetAsync("/bindings", ApiJson.Default.IReadOnlyListBindingStatus);

    /// <summary>Members of tenants' multicast groups, and multicast routers.</summary>
    /// <returns>One status for each place and group.</returns>
    public Task<IReadOnlyList<GroupStatus>> GroupsAsync() => GetAsync("/groups", ApiJson.Default.IReadOnlyListGroupStatus);

    /// <summary>The ports.</summary>
    /// <returns>One status each, in the order of the configuration.</returns>
    public Task<IReadOnlyList<PortStatus>> PortsAsync() => GetAsync("/ports", ApiJson.Default.IReadOnlyListPortStatus);

    /// <summary>The workers.</summary>
    /// <returns>One status each.</returns>
    public Task<IReadOnlyList<WorkerStatus>> WorkersAsync() => GetAsync("/workers", ApiJson.Default.IReadOnlyListWorkerStatus);

    /// <summary>The rules for the ports' hardware.</summary>
    /// <returns>One status each.</returns>
    public Task<IReadOnlyList<FlowStatus>> FlowsAsync() => GetAsync("/flows", ApiJson.Default.IReadOnlyListFlowStatus);

    /// <summary>How packets are spread over queues and workers.</summary>
    /// <returns>One status for each port.</returns>
    public Task<IReadOnlyList<QueueStatus>> QueuesAsync() => GetAsync("/queues", ApiJson.Default.IReadOnlyListQueueStatus);

    /// <summary>What is active of the ports' offloads.</summary>
    /// <returns>One status for each port.</returns>
    public Task<IReadOnlyList<OffloadStatus>> OffloadsAsync() => GetAsync("/offloads", ApiJson.Default.IReadOnlyListOffloadStatus);

    /// <summary>What the hardware of the ports can do.</summary>
    /// <returns>One status for each port.</returns>
    public Task<IReadOnlyList<CapabilityStatus>> CapabilitiesAsync() => GetAsync("/capabilities", ApiJson.Default.IReadOnlyListCapabilityStatus);

    /// <summary>Switches an offload of a port.</summary>
    /// <param name="request">What is wanted.</param>
    /// <returns>What it did.</returns>
    /// <exception cref="IOException">Refused; the message says why, with the word <c>requires_restart</c> where it takes one.</exception>
    public Task<OffloadResult> SetOffloadAsync(OffloadSwitch request) =>
        PostAsync("/offload", JsonContent.Create(request, ApiJson.Default.OffloadSwitch), ApiJson.Default.OffloadResult);

    /// <summary>The accounting.</summary>
    /// <returns>Its status.</returns>
    public Task<DropsStatus> DropsAsync() => GetAsync("/drops", ApiJson.Default.DropsStatus);

    /// <summary>The configuration in force, defaults filled in.</summary>
    /// <returns>JSON text.</returns>
    public Task<string> ConfigAsync() => GetTextAsync("/config");

    /// <summary>What the API answers to a path, as it came: for <c>--json</c>.</summary>
    /// <param name="path">For example <c>/peers</c>.</param>
    /// <returns>JSON text.</returns>
    /// <exception cref="IOException">No gateway answers, or it refused; the message says which.</exception>
    public async Task<string> GetTextAsync(string path)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync().ConfigureAwait(false);
    }

    /// <summary>Flushes learned entries of the FDB.</summary>
    /// <param name="request">What to flush.</param>
    /// <returns>What went.</returns>
    public Task<FlushResult> FlushAsync(FlushRequest request) =>
        PostAsync("/flush", JsonContent.Create(request, ApiJson.Default.FlushRequest), ApiJson.Default.FlushResult);

    /// <summary>Announces addresses and MACs, as after a failover.</summary>
    /// <param name="request">What to announce.</param>
    /// <returns>What is announced.</returns>
    public Task<AnnounceResult> AnnounceAsync(AnnounceRequest request) =>
        PostAsync("/announce", JsonContent.Create(request, ApiJson.Default.AnnounceRequest), ApiJson.Default.AnnounceResult);

    /// <summary>Reads the configuration file again and applies it.</summary>
    /// <returns>What it did.</returns>
    public Task<ReloadReport> ReloadAsync() => PostAsync("/reload", null, ApiJson.Default.ReloadReport);

    /// <summary>Traces packets of the running gateway; ends after as many as asked for, or when the time is over.</summary>
    /// <param name="request">Which.</param>
    /// <param name="tell">Takes each packet as its verdict comes.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="IOException">No gateway answers, or it refused; the message says which.</exception>
    public async Task<TraceEnd> TraceAsync(TraceRequest request, Action<TracePacket> tell)
    {
        ArgumentNullException.ThrowIfNull(tell);
        using HttpResponseMessage response = await SendAsync(
            HttpMethod.Post, "/trace", JsonContent.Create(request, ApiJson.Default.TraceRequest), HttpCompletionOption.ResponseHeadersRead).ConfigureAwait(false);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync().ConfigureAwait(false));
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (line.StartsWith("{\"number\"", StringComparison.Ordinal))
            {
                tell(JsonSerializer.Deserialize(line, ApiJson.Default.TracePacket)!);
            }
            else if (line.Length != 0)
            {
                return JsonSerializer.Deserialize(line, ApiJson.Default.TraceEnd)!;
            }
        }

        throw new IOException("the control process went away before the trace ended");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null).ConfigureAwait(false);
        return await ReadAsync(response, type).ConfigureAwait(false);
    }

    private async Task<T> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> type)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, path, content).ConfigureAwait(false);
        return await ReadAsync(response, type).ConfigureAwait(false);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type) =>
        await response.Content.ReadFromJsonAsync(type).ConfigureAwait(false) ?? throw new IOException("the gateway answered nothing");

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            HttpResponseMessage response = await _http.SendAsync(request, completion).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                return response;
            }

            using (response)
            {
                string text = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
                string? error = text.StartsWith('{') ? JsonSerializer.Deserialize(text, ApiJson.Default.ApiError)?.Error : text;
                throw new IOException($"the gateway refused {path}: {(string.IsNullOrEmpty(error) ? response.StatusCode.ToString() : error)}");
            }
        }
        catch (HttpRequestException e)
        {
            throw new IOException(e.InnerException?.Message ?? e.Message, e);
        }
        catch (TaskCanceledException e)
        {
            throw new IOException($"the control process did not answer {path} within {_http.Timeout.TotalSeconds:0} s", e);
        }
    }
}
