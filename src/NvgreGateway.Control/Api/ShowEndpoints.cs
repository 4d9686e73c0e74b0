using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using NvgreGateway.Control.Offload;

namespace NvgreGateway.Control.Api;

/// <summary>
/// The show API: <c>GET /segments /peers /fdb /neighbors /bindings /groups /ports /workers /queues /offloads /capabilities /flows /drops /config</c>,
/// <c>POST /flush /announce /offload /reload /trace</c>.
/// </summary>
/// <param name="service">The running control plane.</param>
/// <param name="reload">Reads the configuration file again and applies it.</param>
/// <param name="setOffload">Switches an offload; null while the gateway is starting.</param>
internal sealed class ShowEndpoints(ControlService service, Func<ReloadReport> reload, Func<OffloadSwitch, OffloadChange?> setOffload)
{
    private readonly TraceEndpoint _trace = new(service);

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    public Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "/";
        return (context.Request.Method, path) switch
        {
            ("GET", "/segments") => ShowAsync(context, StatusReporter.Segments, ApiJson.Default.IReadOnlyListSegmentStatus),
            ("GET", "/peers") => ShowAsync(context, StatusReporter.Peers, ApiJson.Default.IReadOnlyListPeerStatus),
            ("GET", "/fdb") => ShowAsync(context, StatusReporter.Fdb, ApiJson.Default.FdbStatus),
            ("GET", "/neighbors") => ShowAsync(context, StatusReporter.Neighbors, ApiJson.Default.IReadOnlyListNeighborStatus),
            ("GET", "/bindings") => ShowAsync(context, StatusReporter.Bindings, ApiJson.Default.IReadOnlyListBindingStatus),
            ("GET", "/groups") => ShowAsync(context, StatusReporter.Groups, ApiJson.Default.IReadOnlyListGroupStatus),
            ("GET", "/ports") => ShowAsync(context, StatusReporter.Ports, ApiJson.Default.IReadOnlyListPortStatus),
            ("GET", "/workers") => ShowAsync(context, p => StatusReporter.Workers(p, service.IsStalled), ApiJson.Default.IReadOnlyListWorkerStatus),
            ("GET", "/queues") => ShowAsync(context, QueueReporter.Queues, ApiJson.Default.IReadOnlyListQueueStatus),
            ("GET", "/offloads") => ShowAsync(context, OffloadReporter.Active, ApiJson.Default.IReadOnlyListOffloadStatus),
            ("GET", "/capabilities") => ShowAsync(context, OffloadReporter.Capable, ApiJson.Default.IReadOnlyListCapabilityStatus),
            ("GET", "/flows") => ShowAsync(context, FlowReporter.Flows, ApiJson.Default.IReadOnlyListFlowStatus),
            ("GET", "/drops") => ShowAsync(context, StatusReporter.Drops, ApiJson.Default.DropsStatus),
            ("GET", "/config") => ConfigAsync(context),
            ("POST", "/flush") => CommandAsync(context, "a flush request", ApiJson.Default.FlushRequest, ApiJson.Default.FlushResult, Flush),
            ("POST", "/announce") => CommandAsync(context, "an announce request", ApiJson.Default.AnnounceRequest, ApiJson.Default.AnnounceResult, Announce),
            ("POST", "/trace") => _trace.HandleAsync(context),
            ("POST", "/offload") => OffloadAsync(context),
            ("POST", "/reload") => ReloadAsync(context),
            _ => ErrorAsync(context, StatusCodes.Status404NotFound, $"no {context.Request.Method} {path}"),
        };
    }

    internal static Task WriteAsync<T>(HttpContext context, int status, T value, JsonTypeInfo<T> type)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(value, type);
    }

    internal static Task ErrorAsync(HttpContext context, int status, string text) =>
        WriteAsync(context, status, new ApiError { Error = text }, ApiJson.Default.ApiError);

    internal static Task StartingAsync(HttpContext context) =>
        ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "the gateway is still starting: its data process is not ready");

    private Task ShowAsync<T>(HttpContext context, Func<ControlPlane, T> read, JsonTypeInfo<T> type) =>
        service.TryUse(read, out T? status) ? WriteAsync(context, StatusCodes.Status200OK, status!, type) : StartingAsync(context);

    private Task ConfigAsync(HttpContext context)
    {
        if (!service.TryUse(static p => p.Configuration, out Configuration.GatewayConfiguration? configuration))
        {
            return StartingAsync(context);
        }

        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(configuration!.ToJson());
    }

    // A change may wait for devices: on a thread of its own, so that none is missing where the others are answered.
    private static Task<T> ApartAsync<T>(Func<T> act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private async Task ReloadAsync(HttpContext context) =>
        await WriteAsync(context, StatusCodes.Status200OK, await ApartAsync(reload).ConfigureAwait(false), ApiJson.Default.ReloadReport).ConfigureAwait(false);

    private async Task OffloadAsync(HttpContext context)
    {
        OffloadSwitch? request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(ApiJson.Default.OffloadSwitch).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, $"the body is not an offload request: {e.Message}").ConfigureAwait(false);
            return;
        }

        if (request is not { Port: not null, Name: not null, State: not null })
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "port, name and state are wanted").ConfigureAwait(false);
            return;
        }

        OffloadChange? change = await ApartAsync(() => setOffload(request)).ConfigureAwait(false);
        await (change switch
        {
            null => StartingAsync(context),
            { Problem: { } problem, RequiresRestart: true } => WriteAsync(
                context, StatusCodes.Status409Conflict, new ApiError { Error = problem, Code = "requires_restart" }, ApiJson.Default.ApiError),
            { Problem: { } problem } => ErrorAsync(context, StatusCodes.Status400BadRequest, problem),
            _ => WriteAsync(context, StatusCodes.Status200OK, new OffloadResult { Changed = change.Changed, Restarted = change.RequiresRestart }, ApiJson.Default.OffloadResult),
        }).ConfigureAwait(false);
    }

    private static FlushResult Flush(ControlPlane plane, FlushRequest request, out string? error) =>
        new() { Flushed = StatusReporter.Flush(plane, request, out error) };

    private static AnnounceResult? Announce(ControlPlane plane, AnnounceRequest request, out string? error)
    {
        error = null;
        PlaneIndex.SegmentView? segment = request.Segment is null ? null : plane.Index.Segments.Find(s => s.Segment.Name == request.Segment);
        if (request.Segment is not null && segment is null)
        {
            error = $"segment: \"{request.Segment}\": no such segment";
            return null;
        }

        (int addresses, int macs) = plane.Announce(MonotonicClock.Now, segment?.Id);
        return new AnnounceResult { Addresses = addresses, Macs = macs };
    }

    /// <summary>Carries out a command whose request is in the body; an empty error of it means done.</summary>
    private async Task CommandAsync<TRequest, TResult>(
        HttpContext context, string what, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResult> resultType, Command<TRequest, TResult> command)
        where TRequest : new()
    {
        TRequest? request;
        try
        {
            request = await context.Request.ReadFromJsonAsync(requestType).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, $"the body is not {what}: {e.Message}").ConfigureAwait(false);
            return;
        }

        string? error = null;
        if (!service.TryUse(p => command(p, request ?? new TRequest(), out error), out TResult? result))
        {
            await StartingAsync(context).ConfigureAwait(false);
        }
        else if (error is not null)
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, error).ConfigureAwait(false);
        }
        else
        {
            await WriteAsync(context, StatusCodes.Status200OK, result!, resultType).ConfigureAwait(false);
        }
    }

    private delegate TResult? Command<TRequest, TResult>(ControlPlane plane, TRequest request, out string? error);
}
