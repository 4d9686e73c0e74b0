using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace NvgreGateway.Control.Api;

/// <summary>An HTTP server of control's: Kestrel alone, which reads no configuration file or environment and logs nothing.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    /// <summary>Bodies are short requests of an operator's: more is a mistake or an attack.</summary>
    private const int LongestBody = 65536;

    private readonly WebApplication _application;

    private HttpServer(WebApplication application) => _application = application;

    /// <summary>Starts a server on a TCP address.</summary>
    /// <param name="address">Address and port.</param>
    /// <param name="handler">Answers every request.</param>
    /// <exception cref="IOException">It cannot listen there; the message says why.</exception>
    public static async Task<HttpServer> StartAsync(IPEndPoint address, RequestDelegate handler)
    {
        try
        {
            return await StartAsync(options => options.Listen(address), handler).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new IOException($"cannot listen on {address}: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <summary>Starts a server on a Unix socket that only this user may use; takes the place of one that a dead process left.</summary>
    /// <param name="path">The socket.</param>
    /// <param name="handler">Answers every request.</param>
    /// <exception cref="IOException">It cannot listen there; the message says why.</exception>
    public static async Task<HttpServer> StartAsync(string path, RequestDelegate handler)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Delete(path);
            HttpServer server = await StartAsync(options => options.ListenUnixSocket(path), handler).ConfigureAwait(false);
            if (OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            return server;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            throw new IOException($"cannot listen on {path}: {(e.InnerException ?? e).Message}", e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _application.StopAsync(patience.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<HttpServer> StartAsync(Action<KestrelServerOptions> listen, RequestDelegate handler)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.AddServerHeader = false;
            options.Limits.MaxRequestBodySize = LongestBody;
            listen(options);
        });
        // The signals of the process belong to the program, not to a web server in it.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        WebApplication application = builder.Build();
        application.Run(handler);
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new HttpServer(application);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
